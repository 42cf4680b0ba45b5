// @ts-check
/** The EXIF orientation of a JPEG or PNG file, and pixels turned by it: for decoders that do not turn by themselves. */

const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * @param {Uint8Array} file a JPEG file
 * @returns {number} 1..8; 1 where the file says nothing
 */
export function orientationOfJpeg(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 2;
  while (at + 4 <= file.length && file[at] === 0xff) {
    const marker = file[at + 1];
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // Start of scan: no header comes after it.
    if (marker === 0xda) return 1;
    const length = view.getUint16(at + 2);
    const segment = file.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && String.fromCharCode(...segment.subarray(0, 6)) === "Exif\0\0") {
      return orientationOfTiff(segment.subarray(6));
    }
    at += 2 + length;
  }
  return 1;
}

/**
 * @param {Uint8Array} tiff an EXIF block from its byte order on
 * @returns {number} 1..8
 */
export function orientationOfTiff(tiff) {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, little);
    const entries = view.getUint16(directory, little);
    for (let entry = 0; entry < entries; entry += 1) {
      const at = directory + 2 + 12 * entry;
      if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue;
      const told = view.getUint16(at + 8, little);
      return told >= 1 && told <= 8 ? told : 1;
    }
  } catch (error) {
    // It points outside itself: as if it said nothing.
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/**
 * A square of one byte a pixel, turned. Turning commutes with the resize to 512 x 512 (docs/fingerprint.md, step 6),
 * so a picture of any size may be turned when it is small.
 * @param {Uint8Array} square side x side
 * @param {number} side
 * @param {number} orientation 1..8
 * @returns {Uint8Array}
 */
export function turnSquare(square, side, orientation) {
  return turned(square, side, side, orientation).pixels;
}

/**
 * Pixels as they are seen.
 * @template {Uint8Array | Float32Array} T
 * @param {T} pixels one value a pixel, as stored
 * @param {number} width as stored
 * @param {number} height as stored
 * @param {number} orientation 1..8
 * @returns {{pixels: T, width: number, height: number}}
 */
export function turned(pixels, width, height, orientation) {
  if (orientation === 1) return { pixels, width, height };
  const sideways = orientation >= 5;
  const seen = { width: sideways ? height : width, height: sideways ? width : height };
  const [right, bottom] = [width - 1, height - 1];
  const out = pixels.slice();
  for (let y = 0; y < seen.height; y += 1) {
    for (let x = 0; x < seen.width; x += 1) {
      // Where the pixel that is seen at (x, y) is stored: EXIF 2.32, tag Orientation.
      const row = [y, y, bottom - y, bottom - y, x, bottom - x, bottom - x, x][orientation - 1];
      const column = [x, right - x, right - x, x, y, y, right - y, right - y][orientation - 1];
      out[y * seen.width + x] = pixels[row * width + column];
    }
  }
  return { pixels: /** @type {T} */ (out), ...seen };
}
