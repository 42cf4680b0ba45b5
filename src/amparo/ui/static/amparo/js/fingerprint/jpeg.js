// @ts-check
/**
 * JPEG, baseline and progressive, without the browser's decoder: jpeg-js, for browsers whose canvas adds noise.
 * Its rounding and its colour upsampling are not libjpeg's: docs/fingerprint.md says how many bits that moves.
 */

import { Refused } from "./refused.js";
import { orientationOfJpeg } from "./upright.js";
import { vendored } from "./vendored.js";

const SCRIPT = "jpeg-js/decoder.js";
// jpeg-js counts what it takes, about 24 bytes a pixel with its tables.
const MOST_MEGABYTES = 4096;
const MOST_MEGAPIXELS = 200;

/** Fetch the decoder now, so that nothing is fetched once a file was picked. */
export const loadJpeg = () => vendored(SCRIPT);

/**
 * @param {Uint8Array} file
 * @returns {Promise<{rgba: Uint8Array, width: number, height: number, orientation: number}>} as stored, not turned
 * @throws {Refused}
 */
export async function decodeJpeg(file) {
  const decode = await loadJpeg();
  try {
    const { data, width, height } = decode(file, {
      useTArray: true,
      tolerantDecoding: false,
      maxMemoryUsageInMB: MOST_MEGABYTES,
      maxResolutionInMP: MOST_MEGAPIXELS,
    });
    return { rgba: data, width, height, orientation: orientationOfJpeg(file) };
  } catch (error) {
    if (/maxResolution|maxMemory/.test(String(error))) {
      throw new Refused("too-large", "the picture is too large for the decoder: choose a smaller copy");
    }
    throw new Refused("damaged", "the picture breaks off or is damaged: choose the whole file");
  }
}
