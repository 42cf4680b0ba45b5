// @ts-check
/** One frame of a video to 512 x 512 grey: from the luma as decoded where the browser gives it, as the server does. */

import { greyOfBitmap } from "./decode.js";
import { Grey512, SIDE } from "./grey-512.js";
import { honestReadBack } from "./read-back.js";
import { Refused } from "./refused.js";
import { turnSquare } from "./upright.js";

// Eight bits, luma in a plane of its own.
const LUMA_FIRST = /^(I420|I422|I444|NV12)A?$/;
/** The EXIF number of WebCodecs' turn (clockwise, after the flip). */
const TURNED = { 0: 1, 90: 6, 180: 3, 270: 8 };
const FLIPPED = { 0: 2, 90: 7, 180: 4, 270: 5 };
// ITU-R BT.601 and BT.709: black is 16 and white 235. Stretched to 0..255, to the nearest; 219 is odd: nothing ties.
const STRETCHED = Uint8Array.from({ length: 256 }, (_, luma) =>
  Math.min(255, Math.max(0, Math.floor((2 * 255 * (luma - 16) + 219) / (2 * 219)))),
);

/**
 * @param {VideoFrame | ImageBitmap} frame it is closed afterwards
 * @returns {Promise<Uint8Array>} 512 x 512
 * @throws {Refused}
 */
export async function greyOfFrame(frame) {
  try {
    if ("format" in frame && LUMA_FIRST.test(frame.format ?? "")) return await greyOfLuma(frame);
    const way = await honestReadBack();
    if (!way) throw new Refused("canvas-noise", "this browser changes pictures before a page may read them");
    return await greyOfBitmap(frame, way);
  } finally {
    frame.close();
  }
}

/** In place: `map` with a function takes six times as long. @param {Uint8Array} luma */
function stretch(luma) {
  for (let at = 0; at < luma.length; at += 1) luma[at] = STRETCHED[luma[at]];
}

/** @param {VideoFrame} frame */
async function greyOfLuma(frame) {
  const { width, height } = /** @type {DOMRectReadOnly} */ (frame.visibleRect);
  const planes = new Uint8Array(frame.allocationSize());
  const [{ offset, stride }] = await frame.copyTo(planes);
  const full = frame.colorSpace.fullRange === true;
  const grey = new Grey512(width, height);
  for (let row = 0; row < height; row += 1) {
    const luma = planes.subarray(offset + row * stride, offset + row * stride + width);
    if (!full) stretch(luma);
    grey.addGrey(luma);
  }
  const { rotation = 0, flip = false } = /** @type {{rotation?: 0 | 90 | 180 | 270, flip?: boolean}} */ (frame);
  return turnSquare(grey.finish(), SIDE, (flip ? FLIPPED : TURNED)[rotation]);
}
