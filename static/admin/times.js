// "5 minutes ago" beside the exact time that the server wrote; kept current while the page is open.

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];

/** @param {number} seconds since then (negative: still to come) @param {string} language @returns {string} */
export function relative(seconds, language) {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return words.format(-Math.trunc(seconds / length), unit);
  }
  return words.format(0, "second");
}

function draw() {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-relative]"))) {
    time.textContent = relative((Date.now() - Date.parse(time.dateTime)) / 1000, document.documentElement.lang);
  }
}

draw();
setInterval(draw, 30_000);
