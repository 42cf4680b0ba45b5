// @ts-check
/**
 * The picture blurred more and more: the twin of `octaves_of` in `strong/_points.py`, where the constants have their
 * sources (Lowe, IJCV 2004).
 *
 * @typedef {import("./levels.js").Grey} Grey
 * @typedef {{blurred: Float32Array[], width: number, height: number, factor: number}} Octave blurred copies of the
 *   picture, reduced by `factor`
 */

export const STEPS = 3;
export const FIRST_BLUR = 1.6;
const GIVEN_BLUR = 0.5;
const MIN_OCTAVE = 20;
// A Gaussian is cut at so many standard deviations.
const REACH = 3;

/**
 * @param {Grey} grey levels 0..255
 * @returns {Octave[]}
 */
export function octavesOf(grey) {
  /** @type {Octave[]} */
  const octaves = [];
  let base = blur(grey, Math.sqrt(FIRST_BLUR ** 2 - GIVEN_BLUR ** 2));
  for (let factor = 1; Math.min(base.width, base.height) >= MIN_OCTAVE; factor *= 2) {
    const steps = [base];
    for (let step = 1; step < STEPS + 3; step += 1) {
      const before = FIRST_BLUR * 2 ** ((step - 1) / STEPS);
      steps.push(blur(steps[step - 1], before * Math.sqrt(2 ** (2 / STEPS) - 1)));
    }
    octaves.push({ blurred: steps.map(({ values }) => values), width: base.width, height: base.height, factor });
    base = halved(steps[STEPS]);
  }
  return octaves;
}

/** Every second pixel of every second row. @param {Grey} grey @returns {Grey} */
function halved({ values, width, height }) {
  const [across, down] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const half = new Float32Array(across * down);
  for (let y = 0, at = 0; y < down; y += 1) {
    for (let x = 0; x < across; x += 1, at += 1) half[at] = values[2 * y * width + 2 * x];
  }
  return { values: half, width: across, height: down };
}

/**
 * Gaussian blur, down and then across; the outermost pixels repeated.
 * @param {Grey} grey
 * @param {number} deviation
 * @returns {Grey}
 */
export function blur({ values, width, height }, deviation) {
  const half = taps(deviation);
  const down = new Float32Array(values.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) down[y * width + x] = values[y * width + x] * half[0];
    for (let place = 1; place < half.length; place += 1) {
      const upper = Math.max(0, y - place) * width;
      const lower = Math.min(height - 1, y + place) * width;
      for (let x = 0; x < width; x += 1) down[y * width + x] += (values[upper + x] + values[lower + x]) * half[place];
    }
  }
  return { values: across(down, width, height, half), width, height };
}

/**
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 * @param {Float32Array} half
 */
function across(values, width, height, half) {
  const reach = half.length - 1;
  const out = new Float32Array(values.length);
  const line = new Float32Array(width + 2 * reach);
  for (let y = 0; y < height; y += 1) {
    const row = values.subarray(y * width, (y + 1) * width);
    line.fill(row[0], 0, reach);
    line.set(row, reach);
    line.fill(row[width - 1], reach + width);
    for (let x = 0; x < width; x += 1) {
      let sum = line[reach + x] * half[0];
      for (let place = 1; place <= reach; place += 1) {
        sum += (line[reach + x - place] + line[reach + x + place]) * half[place];
      }
      out[y * width + x] = sum;
    }
  }
  return out;
}

/** The middle of a Gaussian and its right half. @param {number} deviation */
function taps(deviation) {
  const half = Array.from({ length: Math.ceil(REACH * deviation) + 1 }, (_, place) =>
    Math.exp(-(place ** 2) / (2 * deviation ** 2)),
  );
  const sum = half.reduce((all, tap) => all + tap, 0);
  return Float32Array.from(half, (tap) => tap / (2 * sum - half[0]));
}
