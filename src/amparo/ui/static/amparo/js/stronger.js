// @ts-check
/**
 * The stronger fingerprint on the page of the pictures (docs/strong.md): made on this device only while she has ticked
 * it, written below the usual one in what will be sent, and gone from there when she takes the tick away. No request.
 *
 * @typedef {{file: File | null, said: Element, before: string, turn: number}} Chosen a picture that could have one. file:
 *   null where it came back with a page to look at again. before: what its card says of the usual fingerprint
 */

import { Refused } from "./fingerprint/refused.js";

export class Stronger {
  /** @type {Map<HTMLElement, Chosen>} by the item that will be sent */
  #chosen = new Map();
  #making = 0;

  /**
   * @param {object} how
   * @param {HTMLInputElement} how.tick
   * @param {import("./fingerprint/video.js").Ask} how.ask
   * @param {DOMStringMap} how.words
   * @param {() => void} how.onChange what is sent has changed
   */
  constructor({ tick, ask, words, onChange }) {
    this.tick = tick;
    this.ask = ask;
    this.words = words;
    this.onChange = onChange;
    tick.addEventListener("change", () => {
      for (const item of this.#chosen.keys()) void (tick.checked ? this.#make(item) : this.#drop(item));
    });
  }

  /** Whether one is being made. */
  get isBusy() {
    return this.#making > 0;
  }

  /**
   * A picture whose usual fingerprint may be shared.
   * @param {HTMLElement} item
   * @param {File | null} file
   * @param {Element} said where its card says how it went; filled in by the caller first
   */
  add(item, file, said) {
    this.#chosen.set(item, { file, said, before: said.textContent ?? "", turn: 0 });
    if (this.tick.checked) void this.#make(item);
  }

  /** The file of a picture that was known already. @param {HTMLElement} item @param {File} file */
  give(item, file) {
    const one = this.#chosen.get(item);
    if (!one) return;
    one.file ??= file;
    if (this.tick.checked) void this.#make(item);
  }

  /** @param {HTMLElement} item */
  remove(item) {
    this.#chosen.delete(item);
  }

  /** @param {HTMLElement} item */
  async #make(item) {
    const one = this.#chosen.get(item);
    if (!one || textOf(item).includes("\n")) return;
    if (!one.file) return this.#say(one, this.words.strongerAgain);
    one.turn += 1;
    const { turn } = one;
    // The tick may be gone, or the picture removed, before the answer is there.
    const isWanted = () => this.tick.checked && one.turn === turn && this.#chosen.get(item) === one;
    this.#making += 1;
    this.#say(one, this.words.strongerWorking);
    try {
      const { algorithm, record } = await this.ask({ stronger: one.file });
      if (isWanted()) {
        setText(item, `${usualOf(item)}\n${algorithm} ${record}`);
        this.#say(one, this.words.strongerMade);
      }
    } catch (error) {
      const isPlain = error instanceof Refused && error.reason === "too-plain";
      if (isWanted()) this.#say(one, isPlain ? this.words.strongerPlain : this.words.strongerFailed);
    } finally {
      this.#making -= 1;
      this.onChange();
    }
  }

  /** @param {HTMLElement} item */
  #drop(item) {
    const one = this.#chosen.get(item);
    if (!one) return;
    one.turn += 1;
    setText(item, usualOf(item));
    this.#say(one, "");
    this.onChange();
  }

  /** @param {Chosen} one @param {string | undefined} words */
  #say(one, words) {
    one.said.textContent = [one.before, words].filter(Boolean).join(" ");
  }
}

/** What will be sent. @param {Element} item */
export const textOf = (item) => item.querySelector("input")?.value ?? "";

/** Its first line, by which a picture is known again. @param {Element} item */
export const usualOf = (item) => textOf(item).split("\n")[0];

/** Shown and sent: the same text. @param {Element} item @param {string} text */
export function setText(item, text) {
  /** @type {HTMLElement} */ (item.querySelector("code")).textContent = text;
  /** @type {HTMLInputElement} */ (item.querySelector("input")).value = text;
}
