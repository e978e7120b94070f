// Taking questions from the bank into the position that is being edited.

import { added, cards, field } from "./position_cards.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-editor]"));
const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("[data-bank]"));
const search = /** @type {HTMLInputElement} */ (dialog.querySelector("[data-search]"));
const list = /** @type {HTMLElement} */ (dialog.querySelector("[data-found]"));
const count = /** @type {HTMLElement} */ (dialog.querySelector("[data-count]"));
const row = /** @type {HTMLTemplateElement} */ (document.querySelector("[data-bank-row]"));
const words = /** @type {HTMLElement} */ (document.querySelector("[data-words]")).dataset;
const SEARCH_AFTER_MS = 250;
const SHOWN = 40;

async function find() {
  const language = String(new FormData(form).get("language"));
  const query = new URLSearchParams({ q: search.value, language });
  const answer = await fetch(`/admin/bank/questions?${query}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const items = await answer.json();
  count.textContent = (count.dataset.one ?? "").replace("{count}", String(items.length));
  list.replaceChildren(...items.slice(0, SHOWN).map(shown));
}

/** @param {{ id: string, entry: Record<string, any> }} item */
function shown(item) {
  const line = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (row.content.cloneNode(true)).firstElementChild);
  const text = /** @type {HTMLElement} */ (line.querySelector("p"));
  const button = /** @type {HTMLButtonElement} */ (line.querySelector("button"));
  text.textContent = item.entry.text;
  button.setAttribute("aria-label", `${button.textContent}: ${item.entry.text}`);
  button.disabled = cards(form, "question").some((card) => card.dataset.source === item.id);
  button.addEventListener("click", () => {
    take(item);
    button.disabled = true;
    search.focus();
  });
  return line;
}

/** @param {{ id: string, entry: Record<string, any> }} item */
function take(item) {
  const { text, competency, what_good_shows, key_terms } = item.entry;
  const values = { text, what_good_shows, key_terms, origin: "bank", source_id: item.id, originWord: words.fromBank };
  const card = added(form, "question", values);
  const select = field(card, "competency");
  if (select && [...card.querySelectorAll("[data-field=competency] option")].some((o) => o.getAttribute("value") === competency)) select.value = competency;
  form.dispatchEvent(new Event("input"));
}

let waiting = 0;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => void find(), SEARCH_AFTER_MS);
});
form.querySelector("[data-open-bank]")?.addEventListener("click", () => {
  dialog.showModal();
  void find();
});
dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
