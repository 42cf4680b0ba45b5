// @ts-check
/** Which waves of a patch become bits, and where each is cut in two: the first 32 of `strong/_waves.py`, in its order. */

/**
 * across, down: orders of the cosines along x and y. turn: order of the wave along the gradient's direction; sine:
 * whether its sine. The bit is set above `middle`, in shares of the patch's whole gradient.
 * @typedef {{across: number, down: number, turn: number, sine: boolean, middle: number}} Wave
 */

/** @type {[across: number, down: number, turn: number, sine: number, middle: number][]} */
const TOLD = [
  [3, 2, 1, 0, 0],
  [0, 0, 1, 0, 0.184],
  [0, 0, 1, 1, 0],
  [0, 3, 1, 1, 0],
  [1, 0, 1, 1, 0],
  [2, 2, 1, 0, 0.058],
  [1, 0, 1, 0, 0],
  [2, 3, 2, 0, 0],
  [0, 0, 2, 0, 0.272],
  [2, 2, 1, 1, 0],
  [0, 1, 0, 0, 0],
  [1, 0, 0, 0, 0],
  [3, 1, 2, 1, 0.006],
  [0, 1, 3, 1, 0],
  [0, 2, 0, 0, -0.182],
  [1, 0, 2, 1, 0],
  [0, 2, 1, 1, 0],
  [2, 0, 1, 1, 0],
  [2, 3, 2, 1, 0],
  [0, 2, 2, 0, -0.103],
  [2, 0, 0, 0, -0.212],
  [0, 3, 1, 0, 0],
  [1, 1, 2, 0, 0],
  [2, 3, 1, 0, 0],
  [0, 1, 2, 0, 0],
  [3, 2, 2, 1, 0],
  [0, 1, 2, 1, 0],
  [1, 1, 0, 0, 0],
  [3, 3, 2, 0, 0],
  [3, 3, 3, 1, 0.002],
  [2, 2, 2, 1, 0],
  [2, 1, 1, 1, 0],
];

/** @type {readonly Wave[]} */
export const WAVES = TOLD.map(([across, down, turn, sine, middle]) => ({ across, down, turn, sine: sine === 1, middle }));
