// @ts-check
/**
 * The stronger fingerprint of a picture, in the bytes of `StrongRecord` (docs/strong.md): the twin of
 * `strong/_record.py`. It need not agree to the bit: a match stands bits that differ. Nothing here finds anything.
 */

import { Refused } from "../refused.js";
import { codeOf } from "./codes.js";
import { octavesOf } from "./octaves.js";
import { pointsOf } from "./points.js";

/**
 * @typedef {import("./points.js").Point} Point
 * @typedef {{code: number, x: number, y: number, turn: number, scale: number}} Told whole numbers
 */

export const ALGORITHM = "amparo-points-1";
// As in _record.py: "ASR" and the version; candidates, points kept, fewest of them, the largest scale as a share of the
// long side, the distance that two of one scale keep, and the finest scale.
const MAGIC = [0x41, 0x53, 0x52, 1];
const CANDIDATES = 800;
const POINTS = 32;
const FEWEST_POINTS = 10;
const LARGEST = 0.01;
const APART = 0.45;
const FINEST = -9.5;
const [CODE_BITS, PLACE_BITS, TURN_BITS, SCALE_BITS] = [32, 6, 4, 4];

/**
 * The record of grey levels at their record size, as bytes.
 * @param {import("./levels.js").Grey} grey
 * @returns {Uint8Array}
 * @throws {Refused}
 */
export function recordOf(grey) {
  const longSide = Math.max(grey.width, grey.height);
  const small = pointsOf(octavesOf(grey), CANDIDATES).filter(({ scale }) => scale <= LARGEST * longSide);
  const points = best(small, grey.width * grey.height);
  if (points.length < FEWEST_POINTS) {
    throw new Refused("too-plain", `${points.length} points to hold on to, and ${FEWEST_POINTS} are wanted`);
  }
  return toBytes(points.map((point) => told(point, longSide)).sort(inOrder));
}

/** The strongest, spread over the picture; those too near to others only where points are few. @param {Point[]} points @param {number} pixels */
function best(points, pixels) {
  /** Coarse points outlive scaling down. @param {Point} point */
  const strength = ({ contrast, scale }) => contrast * Math.sqrt(scale);
  const order = [...points].sort((one, other) => strength(other) - strength(one));
  const reach = APART * Math.sqrt(pixels / POINTS);
  /** @type {Point[]} */
  const taken = [];
  for (const point of order) {
    if (taken.length === POINTS) break;
    const near = taken.some(
      ({ x, y, scale }) =>
        Math.hypot(point.x - x, point.y - y) < reach && Math.abs(Math.log2(point.scale / scale)) < 1,
    );
    if (!near) taken.push(point);
  }
  const left = order.filter((point) => !taken.includes(point));
  return [...taken, ...left.slice(0, POINTS - taken.length)];
}

/** Coarse, and no more than is stored. @param {Point} point @param {number} longSide @returns {Told} */
function told(point, longSide) {
  const across = 2 ** PLACE_BITS;
  const turns = 2 ** TURN_BITS;
  const [x, y] = [point.x, point.y].map((place) => within(Math.floor(place * (across / longSide)), across));
  const turn = Math.round((point.angle * turns) / (2 * Math.PI));
  const octave = Math.round(2 * (Math.log2(Math.max(point.scale, 1e-9) / longSide) - FINEST));
  return { code: codeOf(point), x, y, turn: ((turn % turns) + turns) % turns, scale: within(octave, 2 ** SCALE_BITS) };
}

/** @param {number} value @param {number} end */
const within = (value, end) => Math.min(end - 1, Math.max(0, value));

/** By their bits, so that their order tells nothing. @param {Told} one @param {Told} other */
const inOrder = (one, other) =>
  one.code - other.code || one.x - other.x || one.y - other.y || one.turn - other.turn || one.scale - other.scale;

/** Magic and version, number of points, then 52 bits a point, filled up with zeros. @param {Told[]} points */
function toBytes(points) {
  const bits = points
    .map(
      ({ code, x, y, turn, scale }) =>
        binary(code, CODE_BITS) +
        binary(x, PLACE_BITS) +
        binary(y, PLACE_BITS) +
        binary(turn, TURN_BITS) +
        binary(scale, SCALE_BITS),
    )
    .join("");
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    Number.parseInt(bits.slice(8 * at, 8 * at + 8).padEnd(8, "0"), 2),
  );
  return Uint8Array.from([...MAGIC, points.length, ...bytes]);
}

/** @param {number} value @param {number} width */
const binary = (value, width) => value.toString(2).padStart(width, "0");
