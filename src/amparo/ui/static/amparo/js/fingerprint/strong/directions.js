// @ts-check
/** The direction of a point, where the picture around it rises most: the twin of `strong/_directions.py`. */

// As there.
const REACH = 4.5;
const SAMPLES = 15;
const BINS = 36;
const FLAT = 1e-12;

/** Places around a point, in shares of the reach, and how much each counts. */
const DISC = Array.from({ length: SAMPLES * SAMPLES }, (_, at) => {
  const [dx, dy] = [at % SAMPLES, Math.floor(at / SAMPLES)].map((place) => (2 * place) / (SAMPLES - 1) - 1);
  return { dx, dy, weight: Math.exp(-4.5 * (dx ** 2 + dy ** 2)) };
}).filter(({ dx, dy }) => Math.hypot(dx, dy) <= 1);

/**
 * In radians; the point's place and scale are in pixels of its octave.
 * @param {import("./points.js").Point} point
 * @returns {number}
 */
export function directionOf(point) {
  const counts = histogram(point);
  const best = counts.indexOf(Math.max(...counts));
  const before = counts[(best + BINS - 1) % BINS];
  const after = counts[(best + 1) % BINS];
  const bend = before + after - 2 * counts[best];
  const shift = (0.5 * (before - after)) / (Math.abs(bend) < FLAT ? -1 : bend);
  return (best + shift) * ((2 * Math.PI) / BINS);
}

/** How much the picture around the point rises in each direction. @param {import("./points.js").Point} point */
function histogram({ x, y, scale, octave, step }) {
  const { width, height } = octave;
  const levels = octave.blurred[step];
  let counts = new Float64Array(BINS);
  for (const { dx, dy, weight } of DISC) {
    const column = Math.round(x + REACH * scale * dx);
    const row = Math.round(y + REACH * scale * dy);
    if (column < 1 || column >= width - 1 || row < 1 || row >= height - 1) continue;
    const at = row * width + column;
    const gx = levels[at + 1] - levels[at - 1];
    const gy = levels[at + width] - levels[at - width];
    const turn = Math.round(Math.atan2(gy, gx) * (BINS / (2 * Math.PI)));
    counts[(turn + BINS) % BINS] += Math.hypot(gx, gy) * weight;
  }
  for (let round = 0; round < 2; round += 1) {
    const rough = counts;
    counts = rough.map((count, bin) => (rough[(bin + BINS - 1) % BINS] + count + rough[(bin + 1) % BINS]) / 3);
  }
  return counts;
}
