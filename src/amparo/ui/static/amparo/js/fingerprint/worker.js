// @ts-check
/**
 * Fingerprints files away from the page. Start it when the page loads, so that nothing is fetched afterwards:
 *
 *   const worker = new Worker(url, { type: "module" });   // says {kind: "ready"} once everything is loaded
 *   worker.postMessage({ id: 1, file });
 *
 * It answers with {id, kind: "progress", share}, and at the end with {id, kind: "done", algorithm, hex, quality,
 * sha256} or {id, kind: "refused", reason, message}. Reasons are listed in refused.js.
 */

import { greyOfFile, prepare } from "./decode.js";
import { ALGORITHM, pdq } from "./pdq-c512.js";
import { Refused } from "./refused.js";

/**
 * @param {Blob} file
 * @param {(share: number) => void} [onProgress]
 * @returns {Promise<{algorithm: string, hex: string, quality: number, sha256: string}>}
 */
export async function fingerprintFile(file, onProgress) {
  const { hex, quality } = pdq(await greyOfFile(file, onProgress));
  return { algorithm: ALGORITHM, hex, quality, sha256: await sha256(file) };
}

/** @param {Blob} file */
async function sha256(file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {MessageEvent<{id: number, file: Blob}>} event */
async function answer({ data: { id, file } }) {
  try {
    const done = await fingerprintFile(file, (share) => self.postMessage({ id, kind: "progress", share }));
    self.postMessage({ id, kind: "done", ...done });
  } catch (error) {
    const known = error instanceof Refused;
    const reason = known ? error.reason : "failed";
    const message = known ? error.message : "the picture could not be fingerprinted: choose another copy";
    self.postMessage({ id, kind: "refused", reason, message });
  }
}

// One file after the other: a large photograph may need 800 MB while it is decoded.
let queue = prepare().catch(() => {});
self.addEventListener("message", (event) => {
  queue = queue.then(() => answer(event));
});
queue.then(() => self.postMessage({ kind: "ready" }));
