// @ts-check
/**
 * A picture's rows to grey levels at the size in which the points of a record are looked for: the twin of `_levels` in
 * `strong/_record.py`. Means of whole pixels first, where the picture is large, then Lanczos' resampling.
 *
 * @typedef {{values: Float32Array, width: number, height: number}} Grey
 */

import { luminance } from "../grey-512.js";
import { turned } from "../upright.js";

// As BASE_PIXELS of _levels.py, RECORD_PIXELS and MOST_ENLARGED of _record.py.
const BASE_PIXELS = 4_000_000;
const RECORD_PIXELS = 400 * 400;
const MOST_ENLARGED = 2;
// The window of Lanczos' kernel, in lobes; Pillow's LANCZOS.
const LOBES = 3;

/** Takes a picture a few rows at a time, from the top, and gives the grey levels of the whole, small. */
export class Levels {
  /**
   * @param {number} width in pixels
   * @param {number} height in pixels
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.taken = 0;
    this.factor = bounding(width, height);
    this.across = Math.floor(width / this.factor);
    this.down = Math.floor(height / this.factor);
    this.line = new Float64Array(this.across);
    this.base = new Float32Array(this.across * this.down);
  }

  /**
   * The next rows.
   * @param {Uint8ClampedArray | Uint8Array} rgba whole rows, not premultiplied, four bytes a pixel
   */
  add(rgba) {
    const rows = rgba.length / (4 * this.width);
    if (!Number.isInteger(rows) || this.taken + rows > this.height) {
      throw new RangeError(`rows of ${this.width} RGBA pixels are wanted, ${this.height} in all`);
    }
    for (let row = 0; row < rows; row += 1) this.#add(rgba, row * this.width * 4);
  }

  /**
   * Thousandths of a level are summed exactly, and divided once. A rest of less than `factor` pixels is left out.
   * @param {Uint8ClampedArray | Uint8Array} rgba
   * @param {number} start
   */
  #add(rgba, start) {
    const { across, factor, line } = this;
    for (let x = 0, at = start; x < across; x += 1) {
      for (const end = at + 4 * factor; at < end; at += 4) line[x] += luminance(rgba, at);
    }
    this.taken += 1;
    if (this.taken % factor) return;
    const row = this.taken / factor - 1;
    if (row < this.down) this.base.set(line.map((sum) => sum / (1000 * factor * factor)), row * across);
    line.fill(0);
  }

  /**
   * The levels, 0..255, upright.
   * @param {number} orientation EXIF, 1..8: how the rows were stored
   * @returns {Grey}
   */
  finish(orientation) {
    if (this.taken !== this.height) {
      throw new RangeError(`${this.height} rows are wanted, but ${this.taken} were given`);
    }
    const { base, across, down } = this;
    const factor = Math.min(MOST_ENLARGED, Math.sqrt(RECORD_PIXELS / (across * down)));
    const width = Math.max(1, toEven(across * factor));
    const height = Math.max(1, toEven(down * factor));
    const small = resized({ values: base, width: across, height: down }, width, height);
    const values = small.values.map((level) => Math.min(255, Math.max(0, level)));
    const upright = turned(values, width, height, orientation);
    return { values: upright.pixels, width: upright.width, height: upright.height };
  }
}

/** The smallest factor that leaves BASE_PIXELS at most. @param {number} width @param {number} height */
function bounding(width, height) {
  let factor = 1;
  while (Math.floor(width / factor) * Math.floor(height / factor) > BASE_PIXELS) factor += 1;
  return factor;
}

/** To the nearest whole number, halves to the even one, as Python rounds. @param {number} value */
function toEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 ? below + 1 : below;
}

/**
 * Lanczos' resampling, across and then down; of a picture that is made smaller the kernel is as much wider.
 * @param {Grey} grey
 * @param {number} width
 * @param {number} height
 * @returns {Grey}
 */
export function resized(grey, width, height) {
  const wide = { values: new Float32Array(width * grey.height), width, height: grey.height };
  const columns = kernels(grey.width, width);
  for (let y = 0; y < grey.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { first, weights } = columns[x];
      let sum = 0;
      for (let tap = 0, at = y * grey.width + first; tap < weights.length; tap += 1, at += 1) {
        sum += grey.values[at] * weights[tap];
      }
      wide.values[y * width + x] = sum;
    }
  }
  const values = new Float32Array(width * height);
  const line = new Float64Array(width);
  for (const [y, { first, weights }] of kernels(grey.height, height).entries()) {
    line.fill(0);
    for (let tap = 0; tap < weights.length; tap += 1) {
      const start = (first + tap) * width;
      for (let x = 0; x < width; x += 1) line[x] += wide.values[start + x] * weights[tap];
    }
    values.set(line, y * width);
  }
  return { values, width, height };
}

/**
 * For each target the first source and the weights of it and those after it; they sum to 1.
 * @param {number} from how many sources
 * @param {number} to how many targets
 */
function kernels(from, to) {
  const scale = from / to;
  const wider = Math.max(1, scale);
  return Array.from({ length: to }, (_, target) => {
    const middle = (target + 0.5) * scale;
    const first = Math.max(0, Math.floor(middle - LOBES * wider + 0.5));
    const end = Math.min(from, Math.floor(middle + LOBES * wider + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_none, tap) =>
      lanczos((first + tap - middle + 0.5) / wider),
    );
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** @param {number} place */
function lanczos(place) {
  return Math.abs(place) < LOBES ? sinc(place) * sinc(place / LOBES) : 0;
}

/** @param {number} place */
function sinc(place) {
  return place === 0 ? 1 : Math.sin(Math.PI * place) / (Math.PI * place);
}
