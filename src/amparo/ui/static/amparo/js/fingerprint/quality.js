// @ts-check
/** Quality in plain words; the twin of `describe_quality` in Python. The key is for translation. */

// The bound PDQ's publishers recommend (hashing.pdf, "quality metric").
export const GOOD_QUALITY = 50;

/**
 * @param {number} quality 0..100
 * @returns {{key: "good" | "plain", text: string}}
 */
export function describeQuality(quality) {
  return quality >= GOOD_QUALITY
    ? { key: "good", text: "good: edited copies can be found" }
    : { key: "plain", text: "too plain to find edited copies; exact copies are still found" };
}
