// @ts-check
/**
 * A file to its pixels, and these to 512 x 512 grey, on the device: by the browser's own decoder, native size, colours
 * as stored, upright. Where the browser has no decoder (HEIC) or hides the pixels behind noise, decoders in JavaScript
 * do it. Nothing here can reach the network, but for the HEIC decoder, which comes from where this module came from.
 */

import { Grey512, MAX_SIDE, MIN_SIDE, SIDE } from "./grey-512.js";
import { decodeHeic } from "./heic.js";
import { decodeJpeg, loadJpeg } from "./jpeg.js";
import { decodePng } from "./png.js";
import { honestReadBack, sizeOf } from "./read-back.js";
import { Refused } from "./refused.js";
import { turnSquare } from "./upright.js";

/** @typedef {import("./read-back.js").ReadBack} ReadBack */
/**
 * What takes a picture's rows from the top; `taken` counts them.
 * @typedef {{taken: number, add: (rgba: Uint8ClampedArray | Uint8Array) => void}} Taker
 */

// The same bounds as the server's; a canvas could not hold more anyway.
const MAX_PIXELS = 200_000_000;
const MAX_BYTES = 256 * 1024 * 1024;
// Rows given at once to the resize when a decoder gave all of them: the progress has something to tell.
const ROWS_AT_ONCE = 512;

/**
 * Each option takes something away that browsers would do to please the eye. `from-image` is the orientation.
 * @type {ImageBitmapOptions}
 */
const AS_STORED = { colorSpaceConversion: "none", premultiplyAlpha: "none", imageOrientation: "from-image" };

/** Look how this browser gives pixels back, and fetch what it needs for that: afterwards nothing is fetched. */
export async function prepare() {
  if ("OffscreenCanvas" in globalThis && !(await honestReadBack())) await loadJpeg();
}

/**
 * The 512 x 512 grey picture of a file; of an animation the first frame.
 * @param {Blob} file
 * @param {(share: number) => void} [onProgress] called with 0..1
 * @returns {Promise<Uint8Array>}
 * @throws {Refused}
 */
export async function greyOfFile(file, onProgress = () => {}) {
  const { taker, orientation } = await rowsOfFile(file, (width, height) => new Grey512(width, height), onProgress);
  return turnSquare(taker.finish(), SIDE, orientation);
}

/**
 * Hands the rows of a file's picture to a taker, and says how what it took is to be turned (EXIF, 1..8).
 * @template {Taker} T
 * @param {Blob} file
 * @param {(width: number, height: number) => T} begin makes the taker
 * @param {(share: number) => void} [onProgress] called with 0..1
 * @returns {Promise<{taker: T, orientation: number}>}
 * @throws {Refused}
 */
export async function rowsOfFile(file, begin, onProgress = () => {}) {
  requireBrowser();
  if (file.size > MAX_BYTES) {
    throw new Refused("too-large", `the file has more than ${MAX_BYTES} bytes: choose a smaller copy`);
  }
  const kind = kindOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (kind === null) throw new Refused("not-a-picture", "this is no picture of a kind we read: choose a JPEG or PNG");
  const way = await honestReadBack();
  const bitmap = way && (await decode(file, kind));
  if (!way || !bitmap) return rowsBySpare(file, kind, begin, onProgress);
  try {
    return { taker: await rowsOfBitmap(bitmap, way, begin, onProgress), orientation: 1 };
  } finally {
    bitmap.close();
  }
}

function requireBrowser() {
  if (!("OffscreenCanvas" in globalThis && "createImageBitmap" in globalThis && globalThis.crypto?.subtle)) {
    throw new Refused("browser-too-old", "this needs a newer browser, and a page served over https");
  }
}

/**
 * The kind of picture by its first bytes; the same list as the server's.
 * @param {Uint8Array} start the first 16 bytes
 * @returns {string | null}
 */
export function kindOf(start) {
  const text = String.fromCharCode(...start);
  if (text.startsWith("\xff\xd8\xff")) return "JPEG";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "PNG";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "GIF";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "WebP";
  if (text.startsWith("BM")) return "BMP";
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "TIFF";
  if (text.slice(4, 8) !== "ftyp") return null;
  const brand = text.slice(8, 12);
  if (brand === "avif" || brand === "avis") return "AVIF";
  return /^(hei[cxms]|hev[cx]|mif1|msf1)$/.test(brand) ? "HEIC" : null;
}

/**
 * By the browser; null where it is of a kind that only some browsers read, and this one does not.
 * @param {Blob} file
 * @param {string} kind
 */
async function decode(file, kind) {
  try {
    return await createImageBitmap(file, AS_STORED);
  } catch {
    if (kind === "HEIC" || kind === "TIFF") return null;
    throw new Refused("damaged", "the picture breaks off or is damaged: choose the whole file");
  }
}

/**
 * By decoders in JavaScript.
 * @template {Taker} T
 * @param {Blob} file
 * @param {string} kind
 * @param {(width: number, height: number) => T} begin
 * @param {(share: number) => void} onProgress
 */
async function rowsBySpare(file, kind, begin, onProgress) {
  if (kind === "TIFF") throw new Refused("kind-not-read", "browsers read no TIFF: save the picture as JPEG");
  const spare = { JPEG: decodeJpeg, PNG: decodePng, HEIC: decodeHeic }[kind];
  if (!spare) {
    throw new Refused(
      "canvas-noise",
      "this browser changes pictures before a page may read them, to protect privacy: save the picture as JPEG or PNG",
    );
  }
  const { rgba, width, height, orientation } = await spare(new Uint8Array(await file.arrayBuffer()), requireSize);
  requireSize(width, height);
  const taker = begin(width, height);
  for (let top = 0; top < height; top += ROWS_AT_ONCE) {
    taker.add(rgba.subarray(top * width * 4, Math.min(height, top + ROWS_AT_ONCE) * width * 4));
    onProgress(taker.taken / height);
  }
  return { taker, orientation };
}

/**
 * @param {number} width
 * @param {number} height
 * @throws {Refused}
 */
function requireSize(width, height) {
  if (Math.min(width, height) < MIN_SIDE) {
    throw new Refused("too-small", `each side must be at least ${MIN_SIDE} pixels, but this is ${width} x ${height}`);
  }
  if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE) {
    throw new Refused("too-large", `the picture is ${width} x ${height}: choose a smaller copy`);
  }
}

/**
 * @param {import("./read-back.js").Decoded} decoded
 * @param {ReadBack} way
 */
export async function greyOfBitmap(decoded, way) {
  return (await rowsOfBitmap(decoded, way, (width, height) => new Grey512(width, height), () => {})).finish();
}

/**
 * @template {Taker} T
 * @param {import("./read-back.js").Decoded} decoded
 * @param {ReadBack} way
 * @param {(width: number, height: number) => T} begin
 * @param {(share: number) => void} onProgress
 */
async function rowsOfBitmap(decoded, way, begin, onProgress) {
  const { width, height } = sizeOf(decoded);
  requireSize(width, height);
  const taker = begin(width, height);
  for await (const rgba of way(decoded)) {
    taker.add(rgba);
    onProgress(taker.taken / height);
  }
  return taker;
}
