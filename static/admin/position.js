// The editor of a position: cards that can be added, moved and removed; the linter while one writes; saving.

import { added, cards, collected, lines, offerByDefault, reason, renumber, translate } from "./position_cards.js";
import { complain, findingsOn, problemsOf } from "./position_problems.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-editor]"));
const words = /** @type {HTMLElement} */ (document.querySelector("[data-words]")).dataset;
const problem = /** @type {HTMLElement} */ (form.querySelector("[data-problem]"));
const state = /** @type {HTMLElement} */ (form.querySelector("[data-state]"));
const moved = /** @type {HTMLElement} */ (form.querySelector("[data-moved]"));
const save = /** @type {HTMLButtonElement} */ (form.querySelector("[data-save]"));
const LINT_AFTER_MS = 500;
const JUDGED = ["title", "description", "what_good_shows", "anchors", "evidence"];

/** @param {string} url @param {unknown} [body] */
async function call(url, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const options = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(url, options);
  return { ok: answer.ok, body: await answer.json() };
}

const language = () => String(new FormData(form).get("language"));

// What may not stand there

let waiting = 0;
async function lint() {
  /** @type {Record<string, string[]>} */
  const texts = {};
  /** @type {Record<string, string[]>} */
  const judged = {};
  for (const kind of /** @type {const} */ (["question", "criterion"])) {
    cards(form, kind).forEach((card, place) => {
      texts[`${kind}.${place}`] = lines(card, "text");
      judged[`${kind}.${place}`] = JUDGED.flatMap((name) => lines(card, name));
    });
  }
  const { ok, body } = await call("/admin/positions/lint", { language: language(), texts, judged });
  if (!ok) return false;
  for (const kind of /** @type {const} */ (["question", "criterion"])) {
    cards(form, kind).forEach((card, place) => show(card, body.findings[`${kind}.${place}`] ?? []));
  }
  return Object.keys(body.findings).length === 0;
}

/** The reason can be given where nothing is refused; one that is there already stays to be read. @param {HTMLElement} card @param {{ said: string, severity: string }[]} findings */
function show(card, findings) {
  const box = /** @type {HTMLElement} */ (card.querySelector("[data-findings]"));
  const keep = /** @type {HTMLElement} */ (card.querySelector("[data-keep]"));
  const may = findings.length > 0 && findings.every((each) => each.severity === "ask");
  keep.hidden = !may && reason(card) === "";
  if (box.textContent === findings.map((each) => each.said).join("")) return;
  box.replaceChildren(...findings.map(told));
}

/** @param {{ said: string, severity: string }} finding */
function told({ said, severity }) {
  const line = Object.assign(document.createElement("p"), { textContent: said });
  line.dataset.severity = severity;
  return line;
}

function changed() {
  state.textContent = words.unsaved ?? "";
  clearTimeout(waiting);
  waiting = setTimeout(() => void lint().catch(() => false), LINT_AFTER_MS);
}

// Cards

form.addEventListener("input", () => { renumber(form); changed(); });
form.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest("button");
  const card = /** @type {HTMLElement | null} */ (button?.closest("[data-card]") ?? null);
  if (button?.dataset.add) firstField(added(form, button.dataset.add))?.focus();
  else if (card && button?.hasAttribute("data-remove")) remove(card);
  else if (card && button?.hasAttribute("data-up")) move(card, button, () => card.previousElementSibling?.before(card));
  else if (card && button?.hasAttribute("data-down")) move(card, button, () => card.nextElementSibling?.after(card));
  else return;
  renumber(form);
  changed();
  if (card?.isConnected) moved.textContent = card.querySelector("[data-number]")?.textContent ?? "";
});

/** @param {Element} card @returns {HTMLElement | null} */
const firstField = (card) => card.querySelector("input, textarea");

/** The button goes with the card, and the focus with the button, or with its neighbour at the end of the list. @param {HTMLElement} card @param {HTMLElement} button @param {() => void} act */
function move(card, button, act) {
  act();
  button.focus();
  if (document.activeElement !== button) /** @type {HTMLElement | null} */ (card.querySelector(button.hasAttribute("data-up") ? "[data-down]" : "[data-up]"))?.focus();
}

/** The focus goes to the same button of the next card; without any, to where cards are added. @param {HTMLElement} card */
function remove(card) {
  const next = card.nextElementSibling ?? card.previousElementSibling;
  const adding = form.querySelector(`[data-add="${card.dataset.card}"]`);
  card.remove();
  /** @type {HTMLElement | null} */ (next?.querySelector("[data-remove]") ?? adding)?.focus();
}

const builtin = /** @type {HTMLSelectElement} */ (form.querySelector("[data-builtin]"));
/** @type {Record<string, unknown>[]} */
let criteria = [];
async function offer() {
  const { ok, body } = await call(`/admin/positions/material?language=${language()}`);
  if (!ok) return;
  translate(form, criteria, body.criteria);
  criteria = body.criteria;
  offerByDefault(criteria);
  builtin.replaceChildren(builtin.options[0], ...criteria.map((each) => new Option(String(each.title), String(each.key))));
  renumber(form);
}
form.querySelector("[data-add-builtin]")?.addEventListener("click", () => {
  const chosen = criteria.find((each) => each.key === builtin.value);
  if (!chosen) return builtin.focus();
  firstField(added(form, "criterion", { ...chosen, weight: 20 }))?.focus();
  builtin.value = "";
  renumber(form);
  changed();
});
for (const radio of form.querySelectorAll("[name=language]")) radio.addEventListener("change", () => void offer().then(lint).catch(() => false));

// Saving

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  complain(problem, "");
  const problems = problemsOf(form, words);
  if (problems.length > 0) return complain(problem, words.missing ?? "", problems);
  save.setAttribute("aria-busy", "true");
  try {
    const { ok, body } = await call(form.dataset.url ?? "", collected(form));
    if (ok) {
      state.textContent = "";
      location.assign(body.url);
      return;
    }
    await lint();
    if (body.code === "may_not_be_asked" || body.code === "needs_reason") complain(problem, words[body.code === "needs_reason" ? "needsReason" : "findings"] ?? "", findingsOn(form));
    else complain(problem, body.message);
  } catch {
    complain(problem, words.offline ?? "");
  } finally {
    save.removeAttribute("aria-busy");
  }
});

window.addEventListener("beforeunload", (event) => { if (state.textContent) event.preventDefault(); });

renumber(form);
void offer().then(lint);
