// @ts-check
/** Writes each time in the reader's own zone. Without this script it stands there in UTC, and says so. */

// Of the reader's own languages those of the page, so that "en" is written as in her country.
const page = document.documentElement.lang;
const own = navigator.languages.filter((language) => language.split("-")[0] === page.split("-")[0]);
const format = new Intl.DateTimeFormat([...own, page], { dateStyle: "long", timeStyle: "short" });

for (const element of document.querySelectorAll("time[data-local]")) {
  const at = new Date(/** @type {HTMLTimeElement} */ (element).dateTime);
  if (!Number.isNaN(at.valueOf())) element.textContent = format.format(at);
}
