// @ts-check
/** MD5 and SHA-256 of a file in one reading, a piece at a time: 64 KB to some MB are in memory, whatever its size. */

import { Md5 } from "./md5.js";
import { Sha256 } from "./sha256.js";

/**
 * @param {Blob} file
 * @param {(share: number) => void} [onProgress] called with 0..1
 * @returns {Promise<{md5: string, sha256: string}>} lower-case hex
 */
export async function digestsOf(file, onProgress = () => {}) {
  const [md5, sha256] = [new Md5(), new Sha256()];
  const reader = file.stream().getReader();
  let read = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    md5.add(part.value);
    sha256.add(part.value);
    read += part.value.length;
    onProgress(read / file.size);
  }
  return { md5: md5.finish(), sha256: sha256.finish() };
}
