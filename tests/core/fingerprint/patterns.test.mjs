// Formulas, sizes and refusals: needs nothing but this file and tests/vectors/pdq-c512.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { greyOfFile } from "../../../src/amparo/ui/static/amparo/js/fingerprint/decode.js";
import { Grey512, MAX_SIDE } from "../../../src/amparo/ui/static/amparo/js/fingerprint/grey-512.js";
import { fingerprint, pdq } from "../../../src/amparo/ui/static/amparo/js/fingerprint/pdq-c512.js";
import { describeQuality } from "../../../src/amparo/ui/static/amparo/js/fingerprint/quality.js";

const { patterns } = JSON.parse(readFileSync(new URL("../../vectors/pdq-c512.json", import.meta.url), "ascii"));

/** The formulas of tests/vectors/README.md. */
function pattern({ rule, width, height, seed }) {
  const rgba = new Uint8Array(width * height * 4);
  if (rule === "noise") {
    let state = seed;
    return rgba.map(() => {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      return state >>> 24;
    });
  }
  const fold = (value) => (value % 512 < 256 ? value % 512 : 511 - (value % 512));
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rgba[at++] = fold(Math.floor((x * x) / (width + seed)) + y);
      rgba[at++] = fold(Math.floor((y * y) / (height + seed)) + 2 * x);
      rgba[at++] = fold(Math.floor((x * y) / (width + height)));
      rgba[at++] = fold(x + y + 128);
    }
  }
  return rgba;
}

for (const row of patterns) {
  test(`${row.rule} of ${row.width} x ${row.height} gives its fingerprint`, () => {
    assert.deepEqual(fingerprint(pattern(row), row.width, row.height), { hex: row.code, quality: row.quality });
  });
}

test("rows given a few at a time give what they give at once", () => {
  const rgba = pattern({ rule: "noise", width: 300, height: 200, seed: 9 });
  const [whole, parts] = [new Grey512(300, 200), new Grey512(300, 200)];
  whole.add(rgba);
  for (let row = 0; row < 200; row += 8) parts.add(rgba.subarray(row * 1200, (row + 8) * 1200));
  assert.deepEqual(parts.finish(), whole.finish());
});

test("the longest side of white is exactly white", () => {
  for (const [width, height] of [[5, MAX_SIDE], [MAX_SIDE, 5]]) {
    const grey = new Grey512(width, height);
    grey.add(new Uint8Array(width * height * 4).fill(255));
    assert.deepEqual(new Set(grey.finish()), new Set([255]));
  }
});

test("halves go towards the middle", () => {
  for (const [left, right, expected] of [[10, 11, 11], [245, 244, 244], [127, 128, 127]]) {
    const rgba = new Uint8Array(1024 * 512 * 4).map((_, at) => (at % 4 === 3 ? 255 : at % 8 < 4 ? left : right));
    const grey = new Grey512(1024, 512);
    grey.add(rgba);
    assert.deepEqual(new Set(grey.finish()), new Set([expected]));
  }
});

test("missing, surplus and broken rows are refused", () => {
  const grey = new Grey512(5, 5);
  assert.throws(() => grey.add(new Uint8Array(19)), RangeError);
  assert.throws(() => grey.finish(), /5 rows are wanted, but 0/);
  assert.throws(() => grey.add(new Uint8Array(120)), RangeError);
});

test("sides that are too short or too long are refused", () => {
  assert.throws(() => fingerprint(new Uint8Array(4 * 50 * 4), 4, 50), /at least 5 pixels/);
  assert.throws(() => new Grey512(MAX_SIDE + 1, 5), RangeError);
});

test("a flat picture has quality 0", () => {
  assert.equal(pdq(new Uint8Array(512 * 512).fill(90)).quality, 0);
});

test("quality is said in words, and 50 is good", () => {
  assert.deepEqual([0, 49, 50, 100].map((quality) => describeQuality(quality).key), ["plain", "plain", "good", "good"]);
});

test("where there is no canvas the refusal says what is needed", async () => {
  await assert.rejects(greyOfFile(new Blob(["words"])), { name: "Refused", reason: "browser-too-old" });
});
