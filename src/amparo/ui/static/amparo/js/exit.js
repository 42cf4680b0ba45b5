// @ts-check
/**
 * Leaves at once: a press on the exit link, or Shift three times, at most five seconds apart.
 * The page turns white before the request is made, and it is replaced in the history of this tab.
 */

const PRESSES = 3;
const PAUSE_MS = 5000;

const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[data-exit]"));
let presses = 0;
let last = 0;

function leave() {
  if (!link) return;
  document.documentElement.classList.add("leaving");
  location.replace(link.href);
}

link?.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") {
    presses = 0;
    return;
  }
  if (event.repeat) return;
  const now = Date.now();
  presses = now - last <= PAUSE_MS ? presses + 1 : 1;
  last = now;
  if (presses >= PRESSES) leave();
});

// A page that the browser kept in memory is not shown again: the session behind it may be over.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.documentElement.classList.add("leaving");
  location.reload();
});
