// @ts-check
/** What MD5 and SHA-256 share: bytes come piece by piece, are mixed in blocks of 64, and end with their length. */

const BLOCK = 64;

/** @abstract */
export class Blocks {
  #littleEndian;
  #rest = new Uint8Array(BLOCK);
  #length = 0;

  /** @param {boolean} littleEndian how the length stands at the end */
  constructor(littleEndian) {
    this.#littleEndian = littleEndian;
  }

  /** @param {Uint8Array} bytes */
  add(bytes) {
    const waiting = this.#length % BLOCK;
    this.#length += bytes.length;
    let at = 0;
    if (waiting) {
      at = Math.min(BLOCK - waiting, bytes.length);
      this.#rest.set(bytes.subarray(0, at), waiting);
      if (waiting + at < BLOCK) return;
      this.mix(this.#rest, 0);
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.mix(bytes, at);
    this.#rest.set(bytes.subarray(at));
  }

  /** The end of the message; afterwards nothing may be added. */
  end() {
    const bits = this.#length * 8;
    const padding = new Uint8Array(((119 - (this.#length % BLOCK)) % BLOCK) + 9);
    padding[0] = 0x80;
    const tail = new DataView(padding.buffer, padding.length - 8);
    const [low, high] = this.#littleEndian ? [0, 4] : [4, 0];
    tail.setUint32(low, bits % 2 ** 32, this.#littleEndian);
    tail.setUint32(high, Math.floor(bits / 2 ** 32), this.#littleEndian);
    this.add(padding);
  }

  /** @abstract @param {Uint8Array} _bytes @param {number} _start where the block begins */
  mix(_bytes, _start) {}
}
