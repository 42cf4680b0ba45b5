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

import { describeQuality } from "./fingerprint/quality.js";

/** @template {Element} T @param {string} selector @param {ParentNode} [within] @returns {T} */
const one = (selector, within = document) => /** @type {T} */ (within.querySelector(selector));

const picker = /** @type {HTMLElement} */ (one("#picker"));
const files = /** @type {HTMLInputElement} */ (one("#files"));
const cards = one("#cards");
const lines = one("#lines");
const form = /** @type {HTMLFormElement} */ (one("#sending"));
const notYet = /** @type {HTMLElement} */ (one("#not-yet"));
const words = /** @type {HTMLTemplateElement} */ (one("#words")).dataset;

/** @type {Map<number, HTMLElement>} */
const working = new Map();
let count = 0;
let sent = false;

/** @type {Worker | null} */
let worker = null;
try {
  worker = new Worker(picker.dataset.worker ?? "", { type: "module" });
  worker.addEventListener("message", ({ data }) => hear(data));
  worker.addEventListener("error", giveUp);
} catch {
  giveUp();
}

/** @param {string | undefined} text @param {number} number */
const numbered = (text, number) => (text ?? "").replace("%n", String(number));

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
  const card = addCard(file.name, words.title);
  const id = count;
  one("[data-said]", card).textContent = words.waiting ?? "";
  working.set(id, card);
  one("[data-remove]", card).addEventListener("click", () => remove(id, card));
  worker?.postMessage({ id, file });
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
  working.delete(heard.id);
  one("[data-progress]", card).remove();
  one("[data-said]", card).textContent = heard.kind === "done" ? done(heard, card) : refusal(heard.reason);
  review();
}

/** @param {Done} heard @param {HTMLElement} card @returns {string} */
function done({ algorithm, hex, quality }, card) {
  const line = `${algorithm} ${hex} ${quality}`;
  if ([...lines.querySelectorAll("input")].some((input) => input.value === line)) return words.same ?? "";
  one("[data-line]", card).textContent = line;
  addLine(line);
  return (describeQuality(quality).key === "good" ? words.good : words.low) ?? "";
}

/** @param {string} reason @returns {string} */
function refusal(reason) {
  const key = reason.replace(/-(.)/g, (_whole, letter) => letter.toUpperCase());
  return words[key] ?? words.failed ?? "";
}

/** @param {string} line */
function addLine(line) {
  const item = document.createElement("li");
  const shown = document.createElement("code");
  shown.className = "fingerprint";
  shown.textContent = line;
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "picture";
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
    pictures: data.has("picture") ? "" : words.none,
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
