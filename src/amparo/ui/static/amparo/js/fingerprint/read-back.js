// @ts-check
/**
 * Pixels of what the browser decoded, some rows at a time, and whether they are what was in the file.
 *
 * Some browsers add noise to what a page reads from a canvas, so that sites cannot recognise the device. A
 * fingerprint made from noise would find nothing and say nothing. So each way to the pixels is tried on a known
 * picture first: the canvas, then WebCodecs' VideoFrame. Where neither is honest, decoders in JavaScript are left.
 */

import { Refused } from "./refused.js";

/**
 * @typedef {ImageBitmap | VideoFrame} Decoded
 * @typedef {(decoded: Decoded) => AsyncGenerator<Uint8ClampedArray>} ReadBack rows from the top, RGBA, alpha not
 *   premultiplied. The same array may come again with other rows: use it before asking for the next.
 */

// Pixels read at once: 16 MB of RGBA, whatever the size of the picture.
const STRIP_PIXELS = 4_000_000;
const PROBE_SIDE = 64;

/** @type {Promise<ReadBack | null> | undefined} */
let chosen;

/**
 * The first way that gives back a known picture unchanged; null where there is none.
 * @returns {Promise<ReadBack | null>}
 */
export function honestReadBack() {
  chosen ??= choose();
  return chosen;
}

async function choose() {
  for (const way of [readCanvas, readFrame]) {
    if (await isHonest(way)) return way;
  }
  return null;
}

/** Pixels as they are seen. @param {Decoded} decoded */
export function sizeOf(decoded) {
  return "displayWidth" in decoded
    ? { width: decoded.displayWidth, height: decoded.displayHeight }
    : { width: decoded.width, height: decoded.height };
}

/**
 * Through a canvas of the picture's own size, so that no pixel is mixed with another.
 * @type {ReadBack}
 */
export async function* readCanvas(decoded) {
  for (const { context, width, rows } of strips(decoded)) yield context.getImageData(0, 0, width, rows).data;
}

/**
 * Through WebCodecs, which hands out a canvas as a frame of a video.
 * @type {ReadBack}
 */
export async function* readFrame(decoded) {
  // Chromium hands out colours times their alpha. White at half transparency tells which it is.
  const white = new OffscreenCanvas(1, 1).getContext("2d");
  if (white === null) throw new Refused("browser-too-old", "this browser gives no canvas: use another one");
  white.fillStyle = "#ffffff80";
  white.fillRect(0, 0, 1, 1);
  const premultiplied = (await frameOf(white.canvas, 1, 1))[0] < 255;
  for (const { context, width, rows } of strips(decoded)) {
    const rgba = await frameOf(context.canvas, width, rows);
    if (premultiplied) divideByAlpha(rgba);
    yield rgba;
  }
}

/**
 * @param {OffscreenCanvas} canvas
 * @param {number} width
 * @param {number} rows
 */
async function frameOf(canvas, width, rows) {
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  try {
    return await pixelsOf(frame, width, rows);
  } finally {
    frame.close();
  }
}

/**
 * @param {VideoFrame} frame
 * @param {number} width
 * @param {number} rows
 */
async function pixelsOf(frame, width, rows) {
  const format = frame.format ?? "";
  if (!/^(RGB|BGR)[AX]$/.test(format)) {
    throw new Refused("canvas-noise", `this browser hands out pixels as ${format}, which is not read here`);
  }
  const rgba = new Uint8ClampedArray(width * rows * 4);
  await frame.copyTo(rgba, { rect: { x: 0, y: 0, width, height: rows }, layout: [{ offset: 0, stride: 4 * width }] });
  if (format.startsWith("BGR")) swapRedAndBlue(rgba);
  if (format.endsWith("X")) makeOpaque(rgba);
  return rgba;
}

/**
 * The picture in a canvas, some rows at a time, from the top.
 * @param {Decoded} decoded
 */
function* strips(decoded) {
  const { width, height } = sizeOf(decoded);
  const most = Math.min(height, Math.max(1, Math.floor(STRIP_PIXELS / width)));
  const context = new OffscreenCanvas(width, most).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Refused("browser-too-old", "this browser gives no canvas: use another one");
  // "copy" replaces what the strip before left, also where this one is transparent.
  context.globalCompositeOperation = "copy";
  context.imageSmoothingEnabled = false;
  for (let top = 0; top < height; top += most) {
    const rows = Math.min(most, height - top);
    context.drawImage(decoded, 0, top, width, rows, 0, 0, width, rows);
    yield { context, width, rows };
  }
}

/** @param {Uint8ClampedArray} pixels */
function swapRedAndBlue(pixels) {
  for (let at = 0; at < pixels.length; at += 4) {
    const blue = pixels[at];
    pixels[at] = pixels[at + 2];
    pixels[at + 2] = blue;
  }
}

/** As a canvas does it when it is read. @param {Uint8ClampedArray} pixels */
function divideByAlpha(pixels) {
  for (let at = 3; at < pixels.length; at += 4) {
    const alpha = pixels[at];
    if (alpha === 255 || alpha === 0) continue;
    for (let channel = at - 3; channel < at; channel += 1) pixels[channel] = Math.round((pixels[channel] * 255) / alpha);
  }
}

/** @param {Uint8ClampedArray} pixels */
function makeOpaque(pixels) {
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
}

/**
 * Whether a known picture comes back as it went in.
 * @param {ReadBack} way
 */
export async function isHonest(way) {
  const known = probePixels();
  try {
    const bitmap = await createImageBitmap(new Blob([bitmapFile(known)], { type: "image/bmp" }), {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
    });
    /** @type {number[]} */
    const seen = [];
    for await (const rows of way(bitmap)) seen.push(...rows);
    bitmap.close();
    return seen.length === known.length && known.every((value, at) => value === seen[at]);
  } catch {
    return false;
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
