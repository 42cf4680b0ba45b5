// @ts-check
/**
 * PNG without the browser's decoder, for browsers whose canvas adds noise: the rules of the PNG specification (W3C,
 * third edition), bit for bit what any sound decoder gives. Sixteen-bit samples keep their high byte. Colour profiles
 * and gamma are ignored, as everywhere in pdq-c512.
 */

import { Refused } from "./refused.js";
import { orientationOfTiff } from "./upright.js";

const SIGNATURE_BYTES = 8;
/** Samples a pixel by colour type: grey, -, RGB, palette, grey and alpha, -, RGB and alpha. */
const SAMPLES = [1, 0, 3, 1, 2, 0, 4];
const PALETTE = 3;
/** Adam7: first column, first row, columns apart, rows apart. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * @typedef {{width: number, height: number, depth: number, type: number, interlaced: boolean, palette: Uint8Array,
 *   transparent: Uint8Array, orientation: number, parts: Uint8Array[]}} Png
 */

const damaged = () => new Refused("damaged", "the picture breaks off or is damaged: choose the whole file");

/**
 * @param {Uint8Array} file
 * @param {(width: number, height: number) => void} requireSize throws where a picture of that size is not taken
 * @returns {Promise<{rgba: Uint8Array, width: number, height: number, orientation: number}>} as stored, not turned
 * @throws {Refused}
 */
export async function decodePng(file, requireSize) {
  const png = readChunks(file);
  requireSize(png.width, png.height);
  const { width, height, orientation } = png;
  const passes = png.interlaced ? PASSES.map((pass) => passOf(png, pass)) : [passOf(png, [0, 0, 1, 1])];
  const wanted = passes.reduce((sum, pass) => sum + pass.rows * (pass.bytes + 1), 0);
  const lines = await inflate(png.parts, wanted);
  const rgba = new Uint8Array(width * height * 4);
  let at = 0;
  for (const pass of passes) {
    unfilter(lines.subarray(at, at + pass.rows * (pass.bytes + 1)), pass.bytes, Math.ceil(bitsOf(png) / 8));
    for (let row = 0; row < pass.rows; row += 1) {
      const start = at + row * (pass.bytes + 1) + 1;
      spread(png, lines.subarray(start, start + pass.bytes), pass, row, rgba);
    }
    at += pass.rows * (pass.bytes + 1);
  }
  return { rgba, width, height, orientation };
}

/** @param {Png} png */
const bitsOf = (png) => png.depth * SAMPLES[png.type];

/** @param {Png} png @param {number[]} pass */
function passOf(png, [left, top, apart, below]) {
  const columns = Math.max(0, Math.ceil((png.width - left) / apart));
  // A pass without columns has no rows either: not even their filter bytes are there.
  const rows = columns ? Math.max(0, Math.ceil((png.height - top) / below)) : 0;
  return { left, top, apart, below, columns, rows, bytes: Math.ceil((columns * bitsOf(png)) / 8) };
}

/** @param {Uint8Array} file @returns {Png} */
function readChunks(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const png = { palette: new Uint8Array(), transparent: new Uint8Array(), orientation: 1, parts: [] };
  for (let at = SIGNATURE_BYTES; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const content = file.subarray(at + 8, at + 8 + length);
    if (content.length < length) throw damaged();
    take(/** @type {any} */ (png), kind, content);
    if (kind === "IEND") break;
    at += 12 + length;
  }
  const { depth, type, parts } = /** @type {any} */ (png);
  if (!SAMPLES[type] || ![1, 2, 4, 8, 16].includes(depth) || !parts.length) throw damaged();
  return /** @type {any} */ (png);
}

/** @param {Png} png @param {string} kind @param {Uint8Array} content */
function take(png, kind, content) {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (kind === "IHDR") {
    if (content.length < 13) throw damaged();
    png.width = view.getUint32(0);
    png.height = view.getUint32(4);
    [png.depth, png.type] = content.subarray(8, 10);
    png.interlaced = content[12] === 1;
  } else if (kind === "PLTE") png.palette = content;
  else if (kind === "tRNS") png.transparent = content;
  else if (kind === "eXIf") png.orientation = orientationOfTiff(content);
  else if (kind === "IDAT") png.parts.push(content);
}

/**
 * @param {Uint8Array[]} parts
 * @param {number} wanted exactly so many bytes; more are not even kept
 */
async function inflate(parts, wanted) {
  const lines = new Uint8Array(wanted);
  let have = 0;
  const stream = new Blob(/** @type {any} */ (parts)).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done && have <= wanted; part = await reader.read()) {
      if (have + part.value.length > wanted) break;
      lines.set(part.value, have);
      have += part.value.length;
    }
  } catch {
    throw damaged();
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (have !== wanted) throw damaged();
  return lines;
}

/**
 * Filters undone in place; the filter bytes stay where they are.
 * @param {Uint8Array} lines rows, each with its filter's number before it
 * @param {number} bytes of a row
 * @param {number} back bytes to the pixel on the left
 */
function unfilter(lines, bytes, back) {
  for (let start = 1; start < lines.length; start += bytes + 1) {
    const filter = lines[start - 1];
    if (filter > 4) throw damaged();
    const first = start === 1;
    for (let x = 0; x < bytes && filter; x += 1) {
      const at = start + x;
      const left = x < back ? 0 : lines[at - back];
      const above = first ? 0 : lines[at - bytes - 1];
      const corner = first || x < back ? 0 : lines[at - bytes - 1 - back];
      lines[at] += [0, left, above, (left + above) >> 1, filter === 4 ? paeth(left, above, corner) : 0][filter];
    }
  }
}

/** @param {number} left @param {number} above @param {number} corner */
function paeth(left, above, corner) {
  const guess = left + above - corner;
  const [byLeft, byAbove, byCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/**
 * One row of a pass to its places in the picture.
 * @param {Png} png @param {Uint8Array} line @param {ReturnType<typeof passOf>} pass @param {number} row
 * @param {Uint8Array} rgba
 */
function spread(png, line, pass, row, rgba) {
  const samples = SAMPLES[png.type];
  const pixel = new Uint16Array(samples);
  const y = pass.top + row * pass.below;
  for (let column = 0; column < pass.columns; column += 1) {
    for (let sample = 0; sample < samples; sample += 1) pixel[sample] = sampleAt(line, column * samples + sample, png.depth);
    paint(png, pixel, rgba, (y * png.width + pass.left + column * pass.apart) * 4);
  }
}

/** @param {Uint8Array} line @param {number} index @param {number} depth */
function sampleAt(line, index, depth) {
  if (depth === 8) return line[index];
  if (depth === 16) return line[2 * index] * 256 + line[2 * index + 1];
  const bit = index * depth;
  return (line[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** @param {Png} png @param {Uint16Array} pixel @param {Uint8Array} rgba @param {number} at */
function paint(png, pixel, rgba, at) {
  if (png.type === PALETTE) {
    const entry = pixel[0];
    if (3 * entry + 2 >= png.palette.length) throw damaged();
    for (let channel = 0; channel < 3; channel += 1) rgba[at + channel] = png.palette[3 * entry + channel];
    rgba[at + 3] = png.transparent[entry] ?? 255;
    return;
  }
  const grey = pixel.length < 3;
  for (let channel = 0; channel < 3; channel += 1) rgba[at + channel] = toByte(pixel[grey ? 0 : channel], png.depth);
  const hasAlpha = pixel.length === 2 || pixel.length === 4;
  if (hasAlpha) rgba[at + 3] = toByte(pixel[pixel.length - 1], png.depth);
  else rgba[at + 3] = isKey(png.transparent, pixel) ? 0 : 255;
}

/** @param {number} value @param {number} depth */
const toByte = (value, depth) => (depth === 16 ? value >> 8 : depth === 8 ? value : (value * 255) / ((1 << depth) - 1));

/** Whether a pixel has the one colour that the file calls transparent. @param {Uint8Array} key @param {Uint16Array} pixel */
function isKey(key, pixel) {
  return key.length >= 2 * pixel.length && pixel.every((value, at) => value === key[2 * at] * 256 + key[2 * at + 1]);
}
