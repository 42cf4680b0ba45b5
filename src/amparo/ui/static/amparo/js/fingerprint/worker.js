// @ts-check
/**
 * Fingerprints files away from the page. Start it when the page loads, so that nothing is fetched afterwards:
 *
 *   const worker = new Worker(url, { type: "module" });   // says {kind: "ready"} once everything is loaded
 *   worker.postMessage({ id: 1, file });
 *
 * It answers with {id, kind: "progress", share}, and at the end with {id, kind: "done", algorithm, hex, quality,
 * sha256} or {id, kind: "refused", reason, message}. Reasons are listed in refused.js.
 *
 * It also takes {id, stronger}, a file whose stronger fingerprint she has asked for, and says {record}, its bytes as hex.
 *
 * For videos (video.js) it also takes {id, frame}, one frame, and {id, digest}, a file whose MD5 and SHA-256 are wanted.
 */

import { greyOfFile, prepare, rowsOfFile } from "./decode.js";
import { digestsOf } from "./digests.js";
import { greyOfFrame } from "./frame.js";
import { ALGORITHM, pdq } from "./pdq-c512.js";
import { Refused } from "./refused.js";
import { Levels } from "./strong/levels.js";
import { ALGORITHM as STRONG_ALGORITHM, recordOf } from "./strong/record.js";

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
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())));
}

/** @param {Uint8Array} bytes */
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * The stronger fingerprint of a picture (docs/strong.md), from the same pixels.
 * @param {Blob} file
 * @param {(share: number) => void} [onProgress]
 * @returns {Promise<{algorithm: string, record: string}>}
 */
export async function strengthenFile(file, onProgress) {
  const { taker, orientation } = await rowsOfFile(file, (width, height) => new Levels(width, height), onProgress);
  return { algorithm: STRONG_ALGORITHM, record: hexOf(recordOf(taker.finish(orientation))) };
}

/** @param {VideoFrame | ImageBitmap} frame */
export async function fingerprintFrame(frame) {
  return pdq(await greyOfFrame(frame));
}

/**
 * @param {MessageEvent<{id: number, file?: Blob, stronger?: Blob, frame?: VideoFrame | ImageBitmap, digest?: Blob}>} event
 */
async function answer({ data: { id, file, stronger, frame, digest } }) {
  /** @param {number} share */
  const onProgress = (share) => self.postMessage({ id, kind: "progress", share });
  try {
    if (file) self.postMessage({ id, kind: "done", ...(await fingerprintFile(file, onProgress)) });
    if (stronger) self.postMessage({ id, kind: "done", ...(await strengthenFile(stronger, onProgress)) });
    if (frame) self.postMessage({ id, kind: "done", algorithm: ALGORITHM, ...(await fingerprintFrame(frame)) });
    if (digest) self.postMessage({ id, kind: "done", ...(await digestsOf(digest, onProgress)) });
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
