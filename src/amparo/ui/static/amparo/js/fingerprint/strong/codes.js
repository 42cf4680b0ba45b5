// @ts-check
/** What a point looks like, in 32 bits, signs of the lowest waves of the gradients around it: twin of `strong/_codes.py`. */

import { WAVES } from "./waves.js";

/** @typedef {{strength: number, share: number, angle: number}} Rise share: 1, and 0 where nothing rises */

// As there.
const SIDE = 16;
const REACH = 7;
const ORDERS = 4;
const POWER = 0.6;
const WINDOW = 0.75;
const WIDE = SIDE + 2;
const SMALL = 1e-6;

/** ORDERS arrays of SIDE: cosines along a line under a smooth window, the constant first. */
const LINES = Array.from({ length: ORDERS }, (_, order) =>
  Array.from({ length: SIDE }, (_none, sample) => {
    const place = (sample + 0.5) / SIDE;
    return Math.cos(Math.PI * order * place) * Math.exp(-((2 * place - 1) ** 2) / (2 * WINDOW ** 2));
  }),
);

/**
 * The code of a point, an unsigned whole number of 32 bits: bit i is set where wave i is above its middle.
 * @param {import("./points.js").Point} point
 * @returns {number}
 */
export function codeOf(point) {
  const rises = gradients(patchOf(point));
  const whole = waveOf(rises, { across: 0, down: 0, turn: 0, sine: false }) + SMALL;
  let code = 0;
  for (const [place, wave] of WAVES.entries()) {
    if (waveOf(rises, wave) / whole > wave.middle) code += 2 ** place;
  }
  return code;
}

/**
 * @param {Rise[]} rises
 * @param {{across: number, down: number, turn: number, sine: boolean}} wave
 */
function waveOf(rises, { across, down, turn, sine }) {
  let sum = 0;
  for (let y = 0, at = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1, at += 1) {
      const { strength, share, angle } = rises[at];
      const wave = share ** turn * (sine ? Math.sin(turn * angle) : Math.cos(turn * angle));
      sum += strength * wave * LINES[down][y] * LINES[across][x];
    }
  }
  return sum;
}

/** Direction and size of the gradient in each sample. @param {Float64Array} patch @returns {Rise[]} */
function gradients(patch) {
  return Array.from({ length: SIDE * SIDE }, (_, sample) => {
    const at = (Math.floor(sample / SIDE) + 1) * WIDE + (sample % SIDE) + 1;
    const gx = patch[at + 1] - patch[at - 1];
    const gy = patch[at + WIDE] - patch[at - WIDE];
    const size = Math.hypot(gx, gy);
    return { strength: (size + SMALL) ** POWER, share: size / (size + SMALL), angle: Math.atan2(gy, gx) };
  });
}

/**
 * WIDE x WIDE: the picture around the point, turned to its direction, from its own blurred copy.
 * @param {import("./points.js").Point} point
 */
function patchOf({ x, y, scale, angle, octave, step }) {
  const { factor, width, height } = octave;
  const levels = octave.blurred[step];
  const reach = (REACH * scale) / factor;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const patch = new Float64Array(WIDE * WIDE);
  for (let row = 0, at = 0; row < WIDE; row += 1) {
    for (let column = 0; column < WIDE; column += 1, at += 1) {
      const [u, v] = [column, row].map((place) => (place - (WIDE - 1) / 2) * (2 / SIDE));
      const there = Math.min(width - 1.001, Math.max(0, x / factor + reach * (cos * u - sin * v)));
      const down = Math.min(height - 1.001, Math.max(0, y / factor + reach * (sin * u + cos * v)));
      patch[at] = between(levels, width, there, down);
    }
  }
  return patch;
}

/** The level between four pixels. @param {Float32Array} levels @param {number} width @param {number} x @param {number} y */
function between(levels, width, x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const at = top * width + left;
  const upper = levels[at] * (1 - fx) + levels[at + 1] * fx;
  const lower = levels[at + width] * (1 - fx) + levels[at + width + 1] * fx;
  return upper * (1 - fy) + lower * fy;
}
