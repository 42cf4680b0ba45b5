// @ts-check
/**
 * The canonical fingerprint pdq-c512, bit for bit as `amparo.core.fingerprint` makes it on the server.
 * Pure arithmetic: no network, no DOM, no WebAssembly. docs/fingerprint.md defines every step.
 */

import { Grey512, MIN_SIDE, SIDE } from "./grey-512.js";

export const ALGORITHM = "pdq-c512";

const GRID = 64;
const COEFFICIENTS = 16;
// hashing.pdf of the ThreatExchange repository: window = side / 128 rounded up, two rounds; quality over 90.
const WINDOW = 4;
const ROUNDS = 2;
const QUALITY_DIVISOR = 90;
const STEP = SIDE / GRID;

const { fround } = Math;

/**
 * @param {Uint8ClampedArray | Uint8Array} rgba rows from the top, four bytes a pixel, alpha not premultiplied
 * @param {number} width at least 5
 * @param {number} height at least 5
 * @returns {{hex: string, quality: number}} 64 lower-case hex digits; 0..100
 */
export function fingerprint(rgba, width, height) {
  if (Math.min(width, height) < MIN_SIDE) {
    throw new RangeError(`each side must be at least ${MIN_SIDE} pixels, but this picture is ${width} x ${height}`);
  }
  const grey = new Grey512(width, height);
  grey.add(rgba);
  return pdq(grey.finish());
}

/**
 * PDQ of a 512 x 512 grey picture, in float32 and in the reference's order of sums.
 * @param {Uint8Array} grey
 * @returns {{hex: string, quality: number}}
 */
export function pdq(grey) {
  const samples = sample(Float32Array.from(grey));
  return { hex: toHex(transform(samples)), quality: quality(samples) };
}

/**
 * Smooth and keep 64 x 64 points.
 * @param {Float32Array} picture
 */
function sample(picture) {
  let lines = picture;
  for (let round = 0; round < ROUNDS; round += 1) lines = smooth(smooth(lines, 1, SIDE), SIDE, 1);
  const samples = new Float32Array(GRID * GRID);
  for (let row = 0; row < GRID; row += 1) {
    for (let column = 0; column < GRID; column += 1) {
      samples[row * GRID + column] = lines[(STEP * row + STEP / 2) * SIDE + STEP * column + STEP / 2];
    }
  }
  return samples;
}

/**
 * Mean of four neighbours along every line, by a running sum: the new value comes in before the old one goes
 * out, and the float32 error this leaves in the sum is part of the answer. Shorter windows at both ends.
 * @param {Float32Array} picture
 * @param {number} along distance of neighbours on a line
 * @param {number} between distance of lines
 */
function smooth(picture, along, between) {
  const means = new Float32Array(SIDE * SIDE);
  const ahead = (WINDOW + 2) / 2 - 1;
  for (let line = 0; line < SIDE; line += 1) {
    const start = line * between;
    let sum = 0;
    for (let x = 0; x < ahead; x += 1) sum = fround(sum + picture[start + x * along]);
    for (let here = 0; here < SIDE; here += 1) {
      const entering = here + ahead;
      const leaving = entering - WINDOW;
      if (entering < SIDE) sum = fround(sum + picture[start + entering * along]);
      if (leaving >= 0) sum = fround(sum - picture[start + leaving * along]);
      means[start + here * along] = sum / (Math.min(entering + 1, SIDE) - Math.max(leaving + 1, 0));
    }
  }
  return means;
}

/**
 * Rows 1..16 of the 64-point DCT-II: the constant row 0 is left out, so brightness does not count. No entry is
 * nearer than 1e-12 to the middle between two float32 (a test of the Python twin), so every engine's cosine serves.
 */
const DCT = Float32Array.from({ length: COEFFICIENTS * GRID }, (_, at) => {
  const row = Math.floor(at / GRID) + 1;
  return fround(Math.sqrt(2 / GRID)) * Math.cos((Math.PI / 2 / GRID) * row * (2 * (at % GRID) + 1));
});

/**
 * The 16 x 16 low frequencies, row by row: DCT . samples . DCT^T, each sum in index order.
 * @param {Float32Array} samples
 */
function transform(samples) {
  const half = new Float32Array(COEFFICIENTS * GRID);
  for (let row = 0; row < COEFFICIENTS; row += 1) {
    for (let column = 0; column < GRID; column += 1) {
      let sum = 0;
      for (let k = 0; k < GRID; k += 1) sum = fround(sum + fround(DCT[row * GRID + k] * samples[k * GRID + column]));
      half[row * GRID + column] = sum;
    }
  }
  const whole = new Float32Array(COEFFICIENTS * COEFFICIENTS);
  for (let row = 0; row < COEFFICIENTS; row += 1) {
    for (let column = 0; column < COEFFICIENTS; column += 1) {
      let sum = 0;
      for (let k = 0; k < GRID; k += 1) sum = fround(sum + fround(half[row * GRID + k] * DCT[column * GRID + k]));
      whole[row * COEFFICIENTS + column] = sum;
    }
  }
  return whole;
}

/**
 * One bit for each coefficient above the median, the last coefficient first.
 * @param {Float32Array} coefficients
 */
function toHex(coefficients) {
  // The 128th smallest, not a mean of two. A typed array sorts by number, where a plain one would sort as text.
  const median = coefficients.slice().sort()[127];
  let hex = "";
  for (let at = coefficients.length - 1; at > 0; at -= 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit += 1) digit = 2 * digit + (coefficients[at - bit] > median ? 1 : 0);
    hex += digit.toString(16);
  }
  return hex;
}

/**
 * The sum of neighbour differences in per cent of full range, each cut to a whole number, over 90; at most 100.
 * @param {Float32Array} samples
 */
function quality(samples) {
  let total = 0;
  for (let row = 0; row < GRID; row += 1) {
    for (let column = 0; column < GRID; column += 1) {
      const at = row * GRID + column;
      if (row + 1 < GRID) total += percent(samples[at], samples[at + GRID]);
      if (column + 1 < GRID) total += percent(samples[at], samples[at + 1]);
    }
  }
  return Math.min(Math.floor(total / QUALITY_DIVISOR), 100);
}

/** @param {number} one @param {number} other */
function percent(one, other) {
  return Math.abs(Math.trunc(fround(fround(fround(one - other) * 100) / 255)));
}
