// @ts-check
/**
 * MD5 (RFC 1321), a piece at a time: banks exchange it for whole videos, and browsers do not offer it. It says that two
 * files are the same, and protects nothing.
 */

import { Blocks } from "./blocks.js";

// RFC 1321, 3.4: the whole part of 4294967296 times abs(sin(i)).
const SINES = Int32Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32) | 0);
const TURNS = Uint8Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
// Which word of the block each step takes.
const WORDS = Uint8Array.from({ length: 64 }, (_, step) => [step, 5 * step + 1, 3 * step + 5, 7 * step][step >> 4] % 16);

export class Md5 extends Blocks {
  #state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  #words = new Int32Array(16);

  constructor() {
    super(true);
  }

  /** @returns {string} 32 lower-case hex digits; afterwards nothing may be added */
  finish() {
    this.end();
    const digest = new DataView(new ArrayBuffer(16));
    this.#state.forEach((word, at) => digest.setInt32(4 * at, word, true));
    return Array.from(new Uint8Array(digest.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** @override @param {Uint8Array} bytes @param {number} start */
  mix(bytes, start) {
    const words = this.#words;
    for (let at = 0; at < 16; at += 1) {
      const from = start + 4 * at;
      words[at] = bytes[from] | (bytes[from + 1] << 8) | (bytes[from + 2] << 16) | (bytes[from + 3] << 24);
    }
    const state = this.#state;
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    for (let step = 0; step < 64; step += 1) {
      const round = step >> 4;
      const mixed =
        round === 0 ? (b & c) | (~b & d) : round === 1 ? (b & d) | (c & ~d) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const sum = (a + mixed + SINES[step] + words[WORDS[step]]) | 0;
      const turn = TURNS[4 * round + (step & 3)];
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }
}
