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
import { Stronger, setText, textOf, usualOf } from "./stronger.js";

/** @template {Element} T @param {string} selector @param {ParentNode} [within] @returns {T} */
const one = (selector, within = document) => /** @type {T} */ (within.querySelector(selector));

const picker = /** @type {HTMLElement} */ (one("#picker"));
const files = /** @type {HTMLInputElement} */ (one("#files"));
const cards = one("#cards");
const lines = one("#lines");
const form = /** @type {HTMLFormElement} */ (one("#sending"));
const notYet = /** @type {HTMLElement} */ (one("#not-yet"));
const words = /** @type {HTMLTemplateElement} */ (one("#words")).dataset;
// Not there where her helpline has no list: the stronger fingerprint is of use in a list alone.
const tick = /** @type {HTMLInputElement | null} */ (document.querySelector("#stronger"));

// The server takes a million bytes, and a line of a video needs 97 of them where it has 82 letters. An hour has 590,000.
const MOST_TEXT = 600_000;
/** @type {Map<number, {card: HTMLElement, file: File}>} */
const working = new Map();
/** What will be sent of each card. @type {Map<HTMLElement, HTMLElement>} */
const items = new Map();
// Videos are watched one after the other: each takes a decoder.
let videos = Promise.resolve();
let count = 0;
let sent = false;

/** @type {Worker | null} */
let worker = null;
/** @type {import("./fingerprint/video.js").Ask | null} */
let ask = null;
/** @type {Stronger | null} */
let stronger = null;
try {
  worker = new Worker(picker.dataset.worker ?? "", { type: "module" });
  worker.addEventListener("message", ({ data }) => hear(data));
  worker.addEventListener("error", giveUp);
  ask = asking(worker);
  if (tick) stronger = new Stronger({ tick, ask, words, onChange: review });
} catch {
  giveUp();
}

/** @param {string | undefined} text @param {number} number */
const numbered = (text, number) => (text ?? "").replace("%n", String(number));

/** Letters of all that would be sent of pictures and videos. */
const textSoFar = () => [...lines.children].reduce((sum, item) => sum + textOf(item).length, 0);

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
  working.set(id, { card, file });
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
  const card = working.get(id)?.card;
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
  const card = working.get(id)?.card;
  if (!card) return;
  working.delete(id);
  one("[data-progress]", card).remove();
  one("[data-said]", card).textContent = said;
  review();
}

/** @param {number} id @param {HTMLElement} card */
function remove(id, card) {
  working.delete(id);
  const item = items.get(card);
  if (item) stronger?.remove(item);
  item?.remove();
  card.remove();
  files.focus();
  review();
}

/** @param {Ready | Progress | Done | Refused} heard */
function hear(heard) {
  if (heard.kind === "ready") {
    picker.hidden = false;
    if (tick) one("#stronger-choice").removeAttribute("hidden");
    return;
  }
  const chosen = working.get(heard.id);
  if (!chosen) return;
  const { card, file } = chosen;
  if (heard.kind === "progress") {
    one("[data-said]", card).textContent = words.working ?? "";
    /** @type {HTMLProgressElement} */ (one("[data-progress]", card)).value = heard.share;
    return;
  }
  if (heard.kind === "refused") end(heard.id, refusal(heard.reason));
  else done(heard, card, file);
}

/** @param {Done} heard @param {HTMLElement} card @param {File} file */
function done({ id, algorithm, hex, quality }, card, file) {
  const text = `${algorithm} ${hex} ${quality}`;
  const known = [...lines.children].find((item) => usualOf(item) === text);
  if (known) stronger?.give(/** @type {HTMLElement} */ (known), file);
  else keep(text, card, "picture");
  const isGood = describeQuality(quality).key === "good";
  end(id, (known ? words.same : isGood ? words.good : words.low) ?? "");
  const item = items.get(card);
  // What is too plain to be shared gets no stronger fingerprint.
  if (item && isGood) stronger?.add(item, file, one("[data-said]", card));
}

/** Write down what will be sent, unless it is there already. @param {string} text @param {HTMLElement} card @param {string} name */
function keep(text, card, name) {
  if ([...lines.children].some((item) => textOf(item) === text)) return false;
  one("[data-line]", card).textContent = text;
  items.set(card, addLine(text, name));
  return true;
}

/** @param {string} reason @returns {string} */
function refusal(reason) {
  const key = reason.replace(/-(.)/g, (_whole, letter) => letter.toUpperCase());
  return words[key] ?? words.failed ?? "";
}

/** @param {string} text @param {string} name @returns {HTMLElement} */
function addLine(text, name) {
  const item = document.createElement("li");
  const shown = document.createElement("code");
  shown.className = "fingerprint";
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  item.append(shown, input);
  setText(item, text);
  lines.append(item);
  return item;
}

function giveUp() {
  worker = null;
  picker.hidden = false;
  files.disabled = true;
  for (const { card } of working.values()) card.remove();
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
  if (!working.size && !stronger?.isBusy) notYet.hidden = true;
}

/** The lines that came back with a page to look at again: their cards, so that they can be removed. */
function keepLines() {
  const kept = /** @type {HTMLElement[]} */ ([...lines.children]);
  if (tick) tick.checked = kept.some((item) => isPicture(item) && textOf(item) !== usualOf(item));
  for (const item of kept) {
    const card = addCard("", words.kept);
    const id = count;
    one("[data-progress]", card).remove();
    one("[data-line]", card).textContent = isPicture(item) ? usualOf(item) : textOf(item);
    one("[data-remove]", card).addEventListener("click", () => remove(id, card));
    items.set(card, item);
    const quality = Number(usualOf(item).split(" ")[2]);
    if (isPicture(item) && describeQuality(quality).key === "good") stronger?.add(item, null, one("[data-said]", card));
  }
}

/** @param {Element} item */
const isPicture = (item) => item.querySelector("input")?.name === "picture";

files.addEventListener("change", () => {
  for (const file of files.files ?? []) add(file);
  files.value = "";
});
form.addEventListener("input", review);
form.addEventListener("submit", (event) => {
  const isBusy = working.size > 0 || Boolean(stronger?.isBusy);
  if (isBusy || sent) event.preventDefault();
  notYet.textContent = words.stillWorking ?? "";
  notYet.hidden = !isBusy;
  if (!isBusy) sent = true;
});

one("#review").removeAttribute("hidden");
keepLines();
review();
