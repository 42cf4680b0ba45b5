// @ts-check
/**
 * A file to pixels, on the device, by the browser's own decoders: native size, colours as stored, upright.
 * Nothing here can reach the network.
 */

import { Grey512, MAX_SIDE, MIN_SIDE } from "./grey-512.js";

/**
 * Why a file was not fingerprinted. The page says it in the reader's language; `message` is for developers.
 * @typedef {"not-a-picture" | "kind-not-read" | "damaged" | "too-small" | "too-large" | "canvas-noise"
 *   | "browser-too-old" | "failed"} Reason
 */

export class Refused extends Error {
  /**
   * @param {Reason} reason
   * @param {string} message
   */
  constructor(reason, message) {
    super(message);
    this.name = "Refused";
    this.reason = reason;
  }
}

// The same bounds as the server's; a canvas could not hold more anyway.
const MAX_PIXELS = 200_000_000;
const MAX_BYTES = 256 * 1024 * 1024;
// Pixels read at once: 16 MB of RGBA, whatever the size of the picture.
const STRIP_PIXELS = 4_000_000;

/**
 * Each option takes something away that browsers would do to please the eye. `from-image` is the orientation.
 * @type {ImageBitmapOptions}
 */
const AS_STORED = { colorSpaceConversion: "none", premultiplyAlpha: "none", imageOrientation: "from-image" };

/**
 * The 512 x 512 grey picture of a file; of an animation the first frame.
 * @param {Blob} file
 * @param {(share: number) => void} [onProgress] called with 0..1
 * @returns {Promise<Uint8Array>}
 * @throws {Refused}
 */
export async function greyOfFile(file, onProgress = () => {}) {
  requireBrowser();
  if (file.size > MAX_BYTES) {
    throw new Refused("too-large", `the file has more than ${MAX_BYTES} bytes: choose a smaller copy`);
  }
  const kind = kindOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (kind === null) throw new Refused("not-a-picture", "this is no picture of a kind we read: choose a JPEG or PNG");
  await requireHonestCanvas();
  const bitmap = await decode(file, kind);
  try {
    return greyOfBitmap(bitmap, onProgress);
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
 * @param {Blob} file
 * @param {string} kind
 */
async function decode(file, kind) {
  try {
    return await createImageBitmap(file, AS_STORED);
  } catch {
    if (kind === "HEIC" || kind === "TIFF") {
      throw new Refused("kind-not-read", `this browser does not read ${kind}: save the picture as JPEG and choose that`);
    }
    throw new Refused("damaged", "the picture breaks off or is damaged: choose the whole file");
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {(share: number) => void} onProgress
 */
function greyOfBitmap(bitmap, onProgress) {
  const { width, height } = bitmap;
  if (Math.min(width, height) < MIN_SIDE) {
    throw new Refused("too-small", `each side must be at least ${MIN_SIDE} pixels, but this is ${width} x ${height}`);
  }
  if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE) {
    throw new Refused("too-large", `the picture is ${width} x ${height}: choose a smaller copy`);
  }
  const grey = new Grey512(width, height);
  for (const rgba of strips(bitmap)) {
    grey.add(rgba);
    onProgress(grey.taken / height);
  }
  return grey.finish();
}

/**
 * The bitmap's pixels, some rows at a time, from the top. Nothing is scaled, so no pixel is mixed with another.
 * @param {ImageBitmap} bitmap
 * @returns {Generator<Uint8ClampedArray>}
 */
function* strips(bitmap) {
  const { width, height } = bitmap;
  const most = Math.min(height, Math.max(1, Math.floor(STRIP_PIXELS / width)));
  const context = new OffscreenCanvas(width, most).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Refused("browser-too-old", "this browser gives no canvas: use another one");
  // "copy" replaces what the strip before left, also where this one is transparent.
  context.globalCompositeOperation = "copy";
  context.imageSmoothingEnabled = false;
  for (let top = 0; top < height; top += most) {
    const rows = Math.min(most, height - top);
    context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    yield context.getImageData(0, 0, width, rows).data;
  }
}

const PROBE_SIDE = 64;

/**
 * Some browsers add noise to what a canvas gives back, so that sites cannot recognise the device. A fingerprint
 * made from noise would find nothing and say nothing, so a known picture goes the same way first.
 * @throws {Refused}
 */
export async function requireHonestCanvas() {
  const known = probePixels();
  const bitmap = await decode(new Blob([bitmapFile(known)], { type: "image/bmp" }), "BMP");
  const [seen] = strips(bitmap);
  bitmap.close();
  if (seen.length !== known.length || known.some((value, at) => value !== seen[at])) {
    throw new Refused(
      "canvas-noise",
      "this browser changes pictures before a page may read them, to protect privacy: allow this page to read " +
        "the canvas, or use another browser",
    );
  }
}

/** Opaque RGBA that no smoothing or colour conversion leaves as it is: a linear congruential sequence. */
function probePixels() {
  let state = 1;
  return Uint8Array.from({ length: PROBE_SIDE * PROBE_SIDE * 4 }, (_, at) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return at % 4 === 3 ? 255 : state >>> 24;
  });
}

/**
 * A BMP file of 24 bits a pixel, rows from the bottom: the plainest way into the browser's decoder.
 * @param {Uint8Array} rgba
 */
function bitmapFile(rgba) {
  const headerBytes = 54;
  const file = new DataView(new ArrayBuffer(headerBytes + PROBE_SIDE * PROBE_SIDE * 3));
  file.setUint16(0, 0x424d);
  file.setUint32(2, file.byteLength, true);
  file.setUint32(10, headerBytes, true);
  file.setUint32(14, 40, true);
  file.setInt32(18, PROBE_SIDE, true);
  file.setInt32(22, PROBE_SIDE, true);
  file.setUint16(26, 1, true);
  file.setUint16(28, 24, true);
  let at = headerBytes;
  for (let row = PROBE_SIDE - 1; row >= 0; row -= 1) {
    for (let column = 0; column < PROBE_SIDE; column += 1) {
      const from = (row * PROBE_SIDE + column) * 4;
      for (const channel of [2, 1, 0]) file.setUint8(at++, rgba[from + channel]);
    }
  }
  return file.buffer;
}
