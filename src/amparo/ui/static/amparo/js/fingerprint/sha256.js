// @ts-check
/** SHA-256 (FIPS 180-4), a piece at a time: browsers offer it for what is whole in memory, and a video may be 4 GB. */

import { Blocks } from "./blocks.js";

/** @param {number} value @param {number} by */
const turned = (value, by) => (value >>> by) | (value << (32 - by));

/** The first 32 bits behind the point of a root. @param {number} root */
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;

const PRIMES = Array.from({ length: 310 }, (_, at) => at + 2).filter((number) => {
  for (let by = 2; by * by <= number; by += 1) if (number % by === 0) return false;
  return true;
});
// FIPS 180-4, 4.2.2 and 5.3.3: cube roots of the first 64 primes, square roots of the first 8.
const CONSTANTS = Int32Array.from(PRIMES.slice(0, 64), (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

export class Sha256 extends Blocks {
  #state = START.slice();
  #words = new Int32Array(64);

  constructor() {
    super(false);
  }

  /** @returns {string} 64 lower-case hex digits; afterwards nothing may be added */
  finish() {
    this.end();
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** @override @param {Uint8Array} bytes @param {number} start */
  mix(bytes, start) {
    const words = this.#words;
    for (let at = 0; at < 16; at += 1) {
      const from = start + 4 * at;
      words[at] = (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
    }
    for (let at = 16; at < 64; at += 1) {
      const far = words[at - 15];
      const near = words[at - 2];
      const small = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
      const large = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
      words[at] = (words[at - 16] + small + words[at - 7] + large) | 0;
    }
    const state = this.#state;
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let at = 0; at < 64; at += 1) {
      const choice = (e & f) ^ (~e & g);
      const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + CONSTANTS[at] + words[at]) | 0;
      const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}
