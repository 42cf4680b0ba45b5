// @ts-check
/** Writes each time in the reader's own zone. Without this script it stands there in UTC, and says so. */

// Of the reader's own languages those of the page, so that "en" is written as in her country.
const page = document.documentElement.lang;
const own = navigator.languages.filter((language) => language.split("-")[0] === page.split("-")[0]);
const format = new Intl.DateTimeFormat([...own, page], { dateStyle: "long", timeStyle: "short" });
// Some browsers have no names of months in some languages (Chromium in Albanian) and write "M11".
const named = !/M\d/.test(format.format(0) + format.format(new Date(2000, 10, 1)));

/** @param {number} value */
const two = (value) => String(value).padStart(2, "0");

/** Day, month, year, as most of Europe writes them in digits. @param {Date} at */
const inDigits = (at) =>
  `${at.getDate()}.${at.getMonth() + 1}.${at.getFullYear()}, ${two(at.getHours())}:${two(at.getMinutes())}`;

for (const element of document.querySelectorAll("time[data-local]")) {
  const at = new Date(/** @type {HTMLTimeElement} */ (element).dateTime);
  if (!Number.isNaN(at.valueOf())) element.textContent = named ? format.format(at) : inDigits(at);
}
