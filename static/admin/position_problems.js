// What keeps a position from being saved: one summary with a way to each place.

import { cards, field, lines, reason as reasonOf } from "./position_cards.js";

/** @typedef {{ control: HTMLElement, text: string }} Problem */

const LEVELS_MIN = 4;
const LEVELS_MAX = 5;

/** All that the page itself can find, from top to bottom. @param {HTMLFormElement} form @param {DOMStringMap} words @returns {Problem[]} */
export function problemsOf(form, words) {
  const wrong = new Map();
  for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input, textarea, select"))) {
    if (!control.validity.valid) wrong.set(control, reason(control, words));
  }
  for (const card of cards(form, "criterion")) {
    const count = lines(card, "anchors").length;
    const control = field(card, "anchors");
    if (control && (count < LEVELS_MIN || count > LEVELS_MAX)) wrong.set(control, words.levels ?? "");
  }
  const found = [...wrong].map(([control, text]) => ({ control, text: `${place(control)}: ${text}` }));
  return found.sort((a, b) => (a.control.compareDocumentPosition(b.control) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
}

/** What the linter has found and nobody has answered; where a reason answers it, the way leads to that field. @param {HTMLElement} form @returns {Problem[]} */
export function findingsOn(form) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-card]"))].flatMap((card) => {
    const all = [.../** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-findings] p"))];
    const open = all.filter((each) => each.dataset.severity !== "ask" || reasonOf(card) === "");
    const answered = all.every((each) => each.dataset.severity === "ask");
    const control = /** @type {HTMLElement} */ (answered ? field(card, "kept_because") : card.querySelector("textarea, input"));
    return open.map((each) => ({ control, text: `${card.querySelector("[data-number]")?.textContent}: ${each.textContent}` }));
  });
}

/**
 * Show the summary and go there, or take it away when there is no sentence; mark the places.
 * @param {HTMLElement} box @param {string} sentence @param {Problem[]} [problems]
 */
export function complain(box, sentence, problems = []) {
  for (const marked of box.closest("form")?.querySelectorAll("[aria-invalid]") ?? []) marked.removeAttribute("aria-invalid");
  /** @type {HTMLElement} */ (box.querySelector("p")).textContent = sentence;
  box.querySelector("ul")?.replaceChildren(...problems.map(line));
  box.hidden = sentence === "";
  if (sentence) box.focus();
}

/** @param {Problem} problem */
function line({ control, text }) {
  control.setAttribute("aria-invalid", "true");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: text });
  button.addEventListener("click", () => {
    const folded = control.closest("details");
    if (folded) folded.open = true;
    control.focus();
    control.scrollIntoView({ block: "center" });
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

/** "Question 2, Weight". @param {HTMLInputElement} control */
function place(control) {
  const label = control.closest("label")?.querySelector(".label")?.textContent ?? control.name;
  const number = control.closest("[data-card]")?.querySelector("[data-number]")?.textContent;
  return number ? `${number}, ${label}` : label;
}

/** @param {HTMLInputElement} control @param {DOMStringMap} words */
function reason(control, words) {
  const { valueMissing, tooShort, tooLong } = control.validity;
  if (valueMissing) return words.empty ?? "";
  if (tooShort) return (words.short ?? "").replace("{count}", String(control.minLength));
  if (tooLong) return (words.long ?? "").replace("{count}", String(control.maxLength));
  return (words.range ?? "").replace("{min}", control.min).replace("{max}", control.max);
}
