// @ts-check
/**
 * Why a file was not fingerprinted. The page says it in the reader's language; `message` is for developers.
 * @typedef {"not-a-picture" | "not-a-video" | "kind-not-read" | "damaged" | "too-small" | "too-large" | "too-long" | "too-plain"
 *   | "canvas-noise" | "browser-too-old" | "failed"} Reason
 */

export class Refused extends Error {
  /**
   * @param {Reason} reason
   * @param {string} message
   */
  constructor(reason, message) {
    super(message);
    this.name = "Refused";
    this.reason = reason;
  }
}
