// The editor of a position: cards that can be added, moved and removed; the linter while one writes; saving.

import { added, cards, collected, lines, renumber } from "./position_cards.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-editor]"));
const words = /** @type {HTMLElement} */ (document.querySelector("[data-words]")).dataset;
const problem = /** @type {HTMLElement} */ (form.querySelector("[data-problem]"));
const state = /** @type {HTMLElement} */ (form.querySelector("[data-state]"));
const save = /** @type {HTMLButtonElement} */ (form.querySelector("[data-save]"));
const LINT_AFTER_MS = 500;

/** @param {string} url @param {unknown} [body] */
async function call(url, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const options = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(url, options);
  return { ok: answer.ok, body: await answer.json() };
}

/** @param {string} text */
function complain(text) {
  /** @type {HTMLElement} */ (problem.querySelector("p")).textContent = text;
  problem.hidden = text === "";
  if (text) problem.focus();
}

const language = () => String(new FormData(form).get("language"));

// What may not stand there

let waiting = 0;
async function lint() {
  /** @type {Record<string, string[]>} */
  const texts = {};
  for (const kind of /** @type {const} */ (["question", "criterion"])) {
    cards(form, kind).forEach((card, place) => {
      const fields = ["text", "title", "description", "what_good_shows", "anchors", "evidence"];
      const found = fields.flatMap((name) => lines(card, name));
      if (found.length > 0) texts[`${kind}.${place}`] = found;
    });
  }
  const { ok, body } = await call("/admin/positions/lint", { language: language(), texts });
  if (!ok) return false;
  for (const kind of /** @type {const} */ (["question", "criterion"])) {
    cards(form, kind).forEach((card, place) => show(card, body.findings[`${kind}.${place}`] ?? []));
  }
  return Object.keys(body.findings).length === 0;
}

/** @param {HTMLElement} card @param {string[]} findings */
function show(card, findings) {
  const box = /** @type {HTMLElement} */ (card.querySelector("[data-findings]"));
  if (box.textContent === findings.join("")) return;
  box.replaceChildren(...findings.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
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
  if (button?.dataset.add) added(form, button.dataset.add).querySelector("textarea, input")?.focus();
  else if (card && button?.hasAttribute("data-remove")) remove(card);
  else if (card && button?.hasAttribute("data-up")) card.previousElementSibling?.before(card);
  else if (card && button?.hasAttribute("data-down")) card.nextElementSibling?.after(card);
  else return;
  renumber(form);
  changed();
  button.focus();
  if (button.dataset.add) /** @type {HTMLElement | null} */ (form.querySelector(`[data-list="${button.dataset.add}"] > :last-child textarea, [data-list="${button.dataset.add}"] > :last-child input`))?.focus();
});

/** @param {HTMLElement} card */
function remove(card) {
  const next = /** @type {HTMLElement | null} */ (card.nextElementSibling ?? card.previousElementSibling);
  card.remove();
  next?.querySelector("textarea")?.focus();
}

const builtin = /** @type {HTMLSelectElement} */ (form.querySelector("[data-builtin]"));
/** @type {Record<string, unknown>[]} */
let criteria = [];
async function offer() {
  const { body } = await call(`/admin/positions/material?language=${language()}`);
  criteria = body.criteria;
  builtin.replaceChildren(builtin.options[0], ...criteria.map((each) => new Option(String(each.title), String(each.key))));
}
builtin.addEventListener("change", () => {
  const chosen = criteria.find((each) => each.key === builtin.value);
  if (chosen) added(form, "criterion", { ...chosen, weight: 20 }).querySelector("input")?.focus();
  builtin.value = "";
  renumber(form);
  changed();
});
for (const radio of form.querySelectorAll("[name=language]")) radio.addEventListener("change", () => void offer());

// Saving

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  complain("");
  for (const details of form.querySelectorAll("details")) if (details.querySelector(":invalid")) details.open = true;
  if (!form.reportValidity()) return complain(words.missing ?? "");
  for (const card of cards(form, "criterion")) {
    const count = lines(card, "anchors").length;
    if (count < 4 || count > 5) {
      show(card, [words.levels ?? ""]);
      card.scrollIntoView({ block: "center" });
      return complain(words.levels ?? "");
    }
  }
  save.setAttribute("aria-busy", "true");
  try {
    const { ok, body } = await call(form.dataset.url ?? "", collected(form));
    if (ok) {
      state.textContent = "";
      location.assign(body.url);
      return;
    }
    await lint();
    complain(body.code === "may_not_be_asked" ? (words.findings ?? "") : body.message);
  } catch {
    complain(words.offline ?? "");
  } finally {
    save.removeAttribute("aria-busy");
  }
});

window.addEventListener("beforeunload", (event) => { if (state.textContent) event.preventDefault(); });

renumber(form);
void offer().then(lint);
