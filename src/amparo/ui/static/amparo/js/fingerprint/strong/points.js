// @ts-check
/**
 * Points of a picture that are found again when it is scaled, turned or cut, extrema of differences of Gaussians: the
 * twin of `strong/_points.py`, where the constants have their sources (Lowe, IJCV 2004, sections 3 to 5).
 *
 * @typedef {import("./octaves.js").Octave} Octave
 * @typedef {{x: number, y: number, scale: number, angle: number, contrast: number, octave: Octave, step: number}} Point
 *   x, y and scale in pixels of the picture, angle in radians; octave and step: where its patch is read
 */

import { directionOf } from "./directions.js";
import { FIRST_BLUR, STEPS } from "./octaves.js";

const CONTRAST = 1;
const EDGE = 10;
const ROUGH = 0.6;
const MOST_SHIFT = 1;
const FLAT = 1e-9;

/**
 * The `most` points with the largest contrast, those of a finer octave first.
 * @param {Octave[]} octaves
 * @param {number} most
 * @returns {Point[]}
 */
export function pointsOf(octaves, most) {
  const found = octaves.flatMap((octave) => extrema(octave));
  found.sort((one, other) => other.contrast - one.contrast);
  const strongest = new Set(found.slice(0, most));
  return octaves.flatMap((octave) => [...strongest].filter((point) => point.octave === octave)).map(directed);
}

/** With the direction in which the picture around it rises most, in pixels of the picture. @param {Point} point */
function directed(point) {
  const { x, y, scale, octave } = point;
  const { factor } = octave;
  return { ...point, angle: directionOf(point), x: x * factor, y: y * factor, scale: scale * factor };
}

/** In pixels of the octave, angles unknown. @param {Octave} octave @returns {Point[]} */
function extrema(octave) {
  const { blurred, width, height } = octave;
  const apart = blurred.slice(1).map((copy, step) => copy.map((level, at) => level - blurred[step][at]));
  /** @type {Point[]} */
  const found = [];
  for (let step = 1; step <= STEPS; step += 1) {
    for (let y = 1; y < height - 1; y += 1) {
      for (let x = 1; x < width - 1; x += 1) {
        if (!isExtremum(apart, step, y * width + x, width)) continue;
        const point = refined(around(apart, step, y * width + x, width), x, y, step);
        if (point) found.push({ ...point, angle: 0, octave, step });
      }
    }
  }
  return found;
}

/**
 * Whether no neighbour in place and scale is farther from zero on its side.
 * @param {Float32Array[]} apart
 * @param {number} step
 * @param {number} at
 * @param {number} width
 */
function isExtremum(apart, step, at, width) {
  const here = apart[step][at];
  if (Math.abs(here) <= ROUGH * CONTRAST) return false;
  const sign = here > 0 ? 1 : -1;
  for (const copy of [apart[step], apart[step - 1], apart[step + 1]]) {
    for (let row = at - width; row <= at + width; row += width) {
      if (sign * copy[row - 1] > sign * here || sign * copy[row] > sign * here || sign * copy[row + 1] > sign * here) {
        return false;
      }
    }
  }
  return true;
}

/**
 * Reads the neighbours of a point by their steps in scale, y and x, each -1..1.
 * @param {Float32Array[]} apart
 * @param {number} step
 * @param {number} at
 * @param {number} width
 */
function around(apart, step, at, width) {
  /** @param {number} s @param {number} y @param {number} x */
  return (s, y, x) => apart[step + s][at + y * width + x];
}

/**
 * The place between the pixels; null where it is noise or on an edge.
 * @param {(s: number, y: number, x: number) => number} near
 * @param {number} column
 * @param {number} row
 * @param {number} step
 */
function refined(near, column, row, step) {
  const c = near(0, 0, 0);
  const slope = [near(0, 0, 1) - near(0, 0, -1), near(0, 1, 0) - near(0, -1, 0), near(1, 0, 0) - near(-1, 0, 0)].map(
    (rise) => 0.5 * rise,
  );
  const xx = near(0, 0, 1) + near(0, 0, -1) - 2 * c;
  const yy = near(0, 1, 0) + near(0, -1, 0) - 2 * c;
  const ss = near(1, 0, 0) + near(-1, 0, 0) - 2 * c;
  const xy = 0.25 * (near(0, 1, 1) - near(0, 1, -1) - near(0, -1, 1) + near(0, -1, -1));
  const xs = 0.25 * (near(1, 0, 1) - near(1, 0, -1) - near(-1, 0, 1) + near(-1, 0, -1));
  const ys = 0.25 * (near(1, 1, 0) - near(1, -1, 0) - near(-1, 1, 0) + near(-1, -1, 0));
  const both = xx * yy - xy ** 2;
  if (!(both > 0 && (xx + yy) ** 2 * EDGE < (EDGE + 1) ** 2 * both)) return null;
  const shift = solved(xx, yy, ss, xy, xs, ys, slope);
  if (!shift || Math.max(...shift.map(Math.abs)) >= MOST_SHIFT) return null;
  const contrast = Math.abs(c + 0.5 * (slope[0] * shift[0] + slope[1] * shift[1] + slope[2] * shift[2]));
  if (contrast <= CONTRAST) return null;
  const scale = FIRST_BLUR * 2 ** ((step + shift[2]) / STEPS);
  return { x: column + shift[0], y: row + shift[1], scale, contrast };
}

/**
 * Where the slope of a symmetric curve is gone, by Cramer's rule; null where it is flat.
 * @param {number} xx @param {number} yy @param {number} ss @param {number} xy @param {number} xs @param {number} ys
 * @param {number[]} slope
 */
function solved(xx, yy, ss, xy, xs, ys, [x, y, s]) {
  const whole = xx * (yy * ss - ys * ys) - xy * (xy * ss - ys * xs) + xs * (xy * ys - yy * xs);
  if (Math.abs(whole) <= FLAT) return null;
  const inX = x * (yy * ss - ys * ys) - xy * (y * ss - ys * s) + xs * (y * ys - yy * s);
  const inY = xx * (y * ss - ys * s) - x * (xy * ss - ys * xs) + xs * (xy * s - y * xs);
  const inS = xx * (yy * s - y * ys) - xy * (xy * s - y * xs) + x * (xy * ys - yy * xs);
  return [-inX / whole, -inY / whole, -inS / whole];
}
