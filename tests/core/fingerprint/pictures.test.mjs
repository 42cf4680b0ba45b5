// The committed pictures, decoded by the Python test that runs this file, give the committed fingerprints.
// PDQ_C512_PIXELS names the folder with one raw RGBA file a picture, upright, alpha not premultiplied.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { kindOf } from "../../../src/amparo/ui/static/amparo/js/fingerprint/decode.js";
import { Grey512 } from "../../../src/amparo/ui/static/amparo/js/fingerprint/grey-512.js";
import { fingerprint } from "../../../src/amparo/ui/static/amparo/js/fingerprint/pdq-c512.js";

const vectors = new URL("../../vectors/", import.meta.url);
const { pictures } = JSON.parse(readFileSync(new URL("pdq-c512.json", vectors), "ascii"));

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const pixels = (row) => new Uint8Array(readFileSync(`${process.env.PDQ_C512_PIXELS}/${row.file}.rgba`));

/** What a canvas does to colours under transparency: keep them premultiplied, and divide when asked. */
function throughCanvas(rgba) {
  return rgba.map((value, at) => {
    const alpha = rgba[at - (at % 4) + 3];
    if (at % 4 === 3 || alpha === 0) return at % 4 === 3 ? value : 0;
    return Math.round((Math.round((value * alpha) / 255) * 255) / alpha);
  });
}

for (const row of pictures) {
  test(`${row.file} gives its fingerprint`, () => {
    const rgba = pixels(row);
    assert.equal(rgba.length, row.width * row.height * 4);
    const grey = new Grey512(row.width, row.height);
    grey.add(rgba);
    assert.equal(sha256(grey.finish()), row.grey_512_sha256);
    assert.deepEqual(fingerprint(rgba, row.width, row.height), { hex: row.code, quality: row.quality });
  });

  test(`${row.file} gives its fingerprint after a canvas has premultiplied it and divided again`, () => {
    assert.equal(fingerprint(throughCanvas(pixels(row)), row.width, row.height).hex, row.code);
  });

  test(`${row.file} is a kind that is read`, () => {
    assert.notEqual(kindOf(new Uint8Array(readFileSync(new URL(`pictures/${row.file}`, vectors)).subarray(0, 16))), null);
  });
}

for (const text of ["", "%PDF-1.7", "<svg xmlns=", "\0\0\0\x20ftypisom", "MThd\0\0\0\x06"]) {
  test(`${JSON.stringify(text)} is no kind that is read`, () => {
    assert.equal(kindOf(new TextEncoder().encode(text)), null);
  });
}
