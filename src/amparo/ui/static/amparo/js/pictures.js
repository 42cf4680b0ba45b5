// @ts-check
/**
 * The page of the pictures: files go to a worker on this device, lines of text come back, and she sees each line
 * before it leaves. The file input has no name and stands outside the form; this module makes no request.
 *
 * @typedef {{kind: "ready"}} Ready
 * @typedef {{id: number, kind: "progress", share: number}} Progress
 * @typedef {{id: number, kind: "done", algorithm: string, hex: string, quality: number}} Done
 * @typedef {{id: number, kind: "refused", reason: string}} Refused
 */

import { asking } from "./fingerprint/ask.js";
import { describeQuality } from "./fingerprint/quality.js";
import { Refused as RefusedFile } from "./fingerprint/refused.js";
import { fingerprintVideo, toText } from "./fingerprint/video.js";

/** @template {Element} T @param {string} selector @param {ParentNode} [within] @returns {T} */
const one = (selector, within = document) => /** @type {T} */ (within.querySelector(selector));

const picker = /** @type {HTMLElement} */ (one("#picker"));
const files = /** @type {HTMLInputElement} */ (one("#files"));
const cards = one("#cards");
const lines = one("#lines");
const form = /** @type {HTMLFormElement} */ (one("#sending"));
const notYet = /** @type {HTMLElement} */ (one("#not-yet"));
const words = /** @type {HTMLTemplateElement} */ (one("#words")).dataset;

// The server takes a million bytes, and a line of a video needs 97 of them where it has 82 letters. An hour has 590,000.
const MOST_TEXT = 600_000;
/** @type {Map<number, HTMLElement>} */
const working = new Map();
// Videos are watched one after the other: each takes a decoder.
let videos = Promise.resolve();
let count = 0;
let sent = false;

/** @type {Worker | null} */
let worker = null;
/** @type {import("./fingerprint/video.js").Ask | null} */
let ask = null;
try {
  worker = new Worker(picker.dataset.worker ?? "", { type: "module" });
  worker.addEventListener("message", ({ data }) => hear(data));
  worker.addEventListener("error", giveUp);
  ask = asking(worker);
} catch {
  giveUp();
}

/** @param {string | undefined} text @param {number} number */
const numbered = (text, number) => (text ?? "").replace("%n", String(number));

/** Letters of all that would be sent of pictures and videos. */
const textSoFar = () => [...lines.querySelectorAll("input")].reduce((sum, input) => sum + input.value.length, 0);

/** @param {string} name @param {string | undefined} hint @returns {HTMLElement} */
function addCard(name, hint) {
  const copy = /** @type {DocumentFragment} */ (/** @type {HTMLTemplateElement} */ (one("#card")).content.cloneNode(true));
  const card = /** @type {HTMLElement} */ (copy.firstElementChild);
  count += 1;
  one("[data-title]", card).textContent = numbered(hint, count);
  one("[data-name]", card).textContent = name;
  cards.append(card);
  return card;
}

/** @param {File} file */
function add(file) {
  const isVideo = file.type.startsWith("video/");
  const card = addCard(file.name, isVideo ? words.titleVideo : words.title);
  const id = count;
  one("[data-said]", card).textContent = words.waiting ?? "";
  working.set(id, card);
  const stop = new AbortController();
  one("[data-remove]", card).addEventListener("click", () => {
    stop.abort();
    remove(id, card);
  });
  if (!isVideo) worker?.postMessage({ id, file });
  else videos = videos.then(() => watch(id, file, stop.signal));
}

/** @param {number} id @param {File} file @param {AbortSignal} signal */
async function watch(id, file, signal) {
  const card = working.get(id);
  if (!card || !ask) return;
  one("[data-said]", card).textContent = words.watching ?? "";
  const progress = /** @type {HTMLProgressElement} */ (one("[data-progress]", card));
  try {
    const video = await fingerprintVideo(file, { ask, signal, onProgress: (share) => void (progress.value = share) });
    if (!video.frames.length) throw new RefusedFile("damaged", "no frame of this video can be told from others");
    const text = toText(video);
    if (textSoFar() + text.length > MOST_TEXT) end(id, words.afterwards ?? "");
    else end(id, keep(text, card, "video") ? (words.watched ?? "") : (words.same ?? ""));
  } catch (error) {
    if (!signal.aborted) end(id, refusal(error instanceof RefusedFile ? error.reason : "failed"));
  }
}

/** A file is done with, one way or the other. @param {number} id @param {string} said */
function end(id, said) {
  const card = working.get(id);
  if (!card) return;
  working.delete(id);
  one("[data-progress]", card).remove();
  one("[data-said]", card).textContent = said;
  review();
}

/** @param {number} id @param {HTMLElement} card */
function remove(id, card) {
  working.delete(id);
  const line = one("[data-line]", card).textContent;
  card.remove();
  for (const item of lines.children) {
    if (line && one("input", item)?.getAttribute("value") === line) item.remove();
  }
  files.focus();
  review();
}

/** @param {Ready | Progress | Done | Refused} heard */
function hear(heard) {
  if (heard.kind === "ready") {
    picker.hidden = false;
    return;
  }
  const card = working.get(heard.id);
  if (!card) return;
  if (heard.kind === "progress") {
    one("[data-said]", card).textContent = words.working ?? "";
    /** @type {HTMLProgressElement} */ (one("[data-progress]", card)).value = heard.share;
    return;
  }
  end(heard.id, heard.kind === "done" ? done(heard, card) : refusal(heard.reason));
}

/** @param {Done} heard @param {HTMLElement} card @returns {string} */
function done({ algorithm, hex, quality }, card) {
  if (!keep(`${algorithm} ${hex} ${quality}`, card, "picture")) return words.same ?? "";
  return (describeQuality(quality).key === "good" ? words.good : words.low) ?? "";
}

/** Write down what will be sent, unless it is there already. @param {string} text @param {HTMLElement} card @param {string} name */
function keep(text, card, name) {
  if ([...lines.querySelectorAll("input")].some((input) => input.value === text)) return false;
  one("[data-line]", card).textContent = text;
  addLine(text, name);
  return true;
}

/** @param {string} reason @returns {string} */
function refusal(reason) {
  const key = reason.replace(/-(.)/g, (_whole, letter) => letter.toUpperCase());
  return words[key] ?? words.failed ?? "";
}

/** @param {string} line @param {string} name */
function addLine(line, name) {
  const item = document.createElement("li");
  const shown = document.createElement("code");
  shown.className = "fingerprint";
  shown.textContent = line;
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = line;
  input.setAttribute("value", line);
  item.append(shown, input);
  lines.append(item);
}

function giveUp() {
  worker = null;
  picker.hidden = false;
  files.disabled = true;
  for (const card of working.values()) card.remove();
  working.clear();
  one("#files-hint").textContent = words.noWorker ?? "";
}

function review() {
  const data = new FormData(form);
  const country = /** @type {HTMLSelectElement | null} */ (form.elements.namedItem("country"));
  const urls = String(data.get("urls") ?? "").trim();
  /** @type {Record<string, string | undefined>} */
  const values = {
    pictures: data.has("picture") || data.has("video") ? "" : words.none,
    urls: urls || words.none,
    country: country?.value ? country.selectedOptions[0].text : words.none,
    banks:
      [...form.querySelectorAll("input[name=banks]:checked")]
        .map((input) => /** @type {HTMLElement} */ (input).dataset.title)
        .join(", ") || words.none,
  };
  for (const [name, value] of Object.entries(values)) {
    const place = document.querySelector(`[data-review=${name}]`);
    if (place) place.textContent = value ?? "";
  }
  if (!working.size) notYet.hidden = true;
}

/** The lines that came back with a page to look at again: their cards, so that they can be removed. */
function keepLines() {
  for (const input of lines.querySelectorAll("input")) {
    const card = addCard("", words.kept);
    const id = count;
    one("[data-progress]", card).remove();
    one("[data-line]", card).textContent = input.value;
    one("[data-remove]", card).addEventListener("click", () => remove(id, card));
  }
}

files.addEventListener("change", () => {
  for (const file of files.files ?? []) add(file);
  files.value = "";
});
form.addEventListener("input", review);
form.addEventListener("submit", (event) => {
  if (working.size || sent) event.preventDefault();
  notYet.textContent = words.stillWorking ?? "";
  notYet.hidden = !working.size;
  if (!working.size) sent = true;
});

one("#review").removeAttribute("hidden");
keepLines();
review();
