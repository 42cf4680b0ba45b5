// @ts-check
/**
 * Any picture to 512 x 512 grey, by area, in whole numbers: the twin of `_resize.py`, exact in doubles.
 *
 * A source pixel is 512 units long, a target pixel `width` (down: `height`) units; a source counts in a target
 * with the units they share. Luminance counts in thousandths of a grey level. The largest sum, white at the
 * largest size allowed, is 255,000 x 65,535 x 65,535 = 1.1e15, below 2^53: nothing is ever rounded before the end.
 */

export const SIDE = 512;
export const MIN_SIDE = 5;
export const MAX_SIDE = 65_535;

/**
 * Takes a picture a few rows at a time, from the top, and gives the 512 x 512 grey of the whole.
 */
export class Grey512 {
  /**
   * @param {number} width in pixels, 1..65,535
   * @param {number} height in pixels, 1..65,535
   */
  constructor(width, height) {
    if (!(width >= 1 && width <= MAX_SIDE && height >= 1 && height <= MAX_SIDE)) {
      throw new RangeError(`sides must be 1..${MAX_SIDE} pixels, but this is ${width} x ${height}`);
    }
    this.width = width;
    this.height = height;
    this.taken = 0;
    this.luminance = new Float64Array(width);
    this.across = new Float64Array(SIDE);
    this.sums = new Float64Array(SIDE * SIDE);
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
    for (let row = 0; row < rows; row += 1) {
      this.#weigh(rgba, row * this.width * 4);
      this.#sum();
    }
  }

  /**
   * The next row, of a picture that is grey already.
   * @param {Uint8Array} grey one byte a pixel
   */
  addGrey(grey) {
    if (grey.length !== this.width || this.taken >= this.height) {
      throw new RangeError(`rows of ${this.width} grey pixels are wanted, ${this.height} in all`);
    }
    for (let x = 0; x < this.width; x += 1) this.luminance[x] = 1000 * grey[x];
    this.#sum();
  }

  #sum() {
    this.#sumAcross();
    this.#sumDown(this.taken);
    this.taken += 1;
  }

  /**
   * The grey picture, row by row from the top.
   * @returns {Uint8Array} 512 x 512
   */
  finish() {
    if (this.taken !== this.height) {
      throw new RangeError(`${this.height} rows are wanted, but ${this.taken} were given`);
    }
    const unit = 1000 * this.width * this.height;
    const grey = new Uint8Array(SIDE * SIDE);
    for (let at = 0; at < grey.length; at += 1) grey[at] = nearest(this.sums[at], unit);
    return grey;
  }

  /**
   * One row of pixels, laid on white, to luminance in thousandths.
   * @param {Uint8ClampedArray | Uint8Array} rgba
   * @param {number} start
   */
  #weigh(rgba, start) {
    const { luminance: weighed, width } = this;
    for (let x = 0, at = start; x < width; x += 1, at += 4) weighed[x] = luminance(rgba, at);
  }

  /** The row's luminance, summed under each of the 512 targets. */
  #sumAcross() {
    const { luminance, across, width } = this;
    for (let target = 0; target < SIDE; target += 1) {
      const start = target * width;
      const end = start + width;
      const first = Math.floor(start / SIDE);
      const last = Math.floor((end - 1) / SIDE);
      if (first === last) {
        across[target] = luminance[first] * width;
      } else {
        let whole = 0;
        for (let x = first + 1; x < last; x += 1) whole += luminance[x];
        across[target] =
          luminance[first] * ((first + 1) * SIDE - start) + whole * SIDE + luminance[last] * (end - last * SIDE);
      }
    }
  }

  /**
   * Add the row to every target row it touches.
   * @param {number} y
   */
  #sumDown(y) {
    const { across, sums, height } = this;
    const start = y * SIDE;
    const end = start + SIDE;
    for (let target = Math.floor(start / height); target * height < end; target += 1) {
      const shared = Math.min(end, (target + 1) * height) - Math.max(start, target * height);
      for (let x = 0, at = target * SIDE; x < SIDE; x += 1, at += 1) sums[at] += across[x] * shared;
    }
  }
}

/**
 * Luminance in thousandths of the pixel that begins at `at`, laid on white (ITU-R BT.601).
 * @param {Uint8ClampedArray | Uint8Array} rgba
 * @param {number} at
 */
export function luminance(rgba, at) {
  const alpha = rgba[at + 3];
  if (alpha !== 255) return onWhite(rgba[at], rgba[at + 1], rgba[at + 2], alpha);
  return 299 * rgba[at] + 587 * rgba[at + 1] + 114 * rgba[at + 2];
}

/**
 * Luminance in thousandths of a colour laid on white: each channel to the nearest whole number first.
 * 255 is odd, so nothing ties. A canvas keeps premultiplied bytes, and what it gives back rounds to the same here.
 * @param {number} red @param {number} green @param {number} blue @param {number} alpha
 */
function onWhite(red, green, blue, alpha) {
  const white = 255 - alpha;
  return (
    299 * (Math.floor((2 * red * alpha + 255) / 510) + white) +
    587 * (Math.floor((2 * green * alpha + 255) / 510) + white) +
    114 * (Math.floor((2 * blue * alpha + 255) / 510) + white)
  );
}

/**
 * sum / unit to the nearest grey level; an exact half goes towards the middle of the scale (127.5).
 * @param {number} sum @param {number} unit
 */
function nearest(sum, unit) {
  if (2 * sum < 255 * unit) return quotient(2 * sum + unit, 2 * unit);
  return 255 - quotient(2 * (255 * unit - sum) + unit, 2 * unit);
}

/**
 * Exact whole-number division, for values below 2^52: what `/` rounded is told by the remainder, which is exact. Many
 * times as fast as `%`.
 * @param {number} value @param {number} by
 */
function quotient(value, by) {
  const about = Math.floor(value / by);
  const left = value - about * by;
  if (left < 0) return about - 1;
  return left < by ? about : about + 1;
}
