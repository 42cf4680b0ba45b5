// @ts-check
/**
 * HEIC, which few browsers decode: libheif (LGPL-3.0), whole and unchanged, as plain JavaScript, because WebAssembly
 * would need a looser policy. 3 MB that are fetched only when such a file was picked and the browser cannot read it.
 */

import { Refused } from "./refused.js";
import { vendored } from "./vendored.js";

/** @type {Promise<any> | undefined} libheif's module once it has started */
let started;

/** @returns {Promise<any>} */
function start() {
  started ??= vendored("libheif/libheif.js").then((make) => make());
  started.catch(() => {
    started = undefined;
  });
  return started;
}

/**
 * The first picture of the file, upright.
 * @param {Uint8Array} file
 * @returns {Promise<{rgba: Uint8ClampedArray, width: number, height: number, orientation: number}>}
 * @throws {Refused}
 */
export async function decodeHeic(file) {
  let lib;
  try {
    lib = await start();
  } catch {
    throw new Refused("kind-not-read", "the reader for HEIC could not be loaded: go online, or save as JPEG");
  }
  const images = new lib.HeifDecoder().decode(file);
  try {
    const image = images.find((/** @type {any} */ one) => one.is_primary()) ?? images[0];
    if (!image) throw new Refused("damaged", "the picture breaks off or is damaged: choose the whole file");
    const [width, height] = [image.get_width(), image.get_height()];
    const rgba = new Uint8ClampedArray(width * height * 4);
    const shown = await new Promise((resolve) => image.display({ data: rgba, width, height }, resolve));
    if (!shown) throw new Refused("damaged", "the picture breaks off or is damaged: choose the whole file");
    return { rgba, width, height, orientation: 1 };
  } finally {
    for (const image of images) image.free();
  }
}
