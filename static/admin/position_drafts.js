// Drafts as they come, one line of JSON each; a person accepts or discards every one.

import { added, cards, collected, field } from "./position_cards.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-editor]"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("[data-draft]"));
const state = /** @type {HTMLElement} */ (form.querySelector("[data-draft-state]"));
const list = /** @type {HTMLElement} */ (form.querySelector("[data-drafts]"));
const row = /** @type {HTMLTemplateElement} */ (document.querySelector("[data-draft-row]"));
const words = /** @type {HTMLElement} */ (document.querySelector("[data-words]")).dataset;

function asked() {
  const { title, language, description, criteria, questions } = collected(form);
  const sent = new FormData();
  sent.set("position", String(title));
  if (form.dataset.position) sent.set("position_id", form.dataset.position);
  sent.set("language", String(language));
  sent.set("description", String(description));
  sent.set("criteria", JSON.stringify(criteria));
  sent.set("already", JSON.stringify(questions.map((question) => question.text)));
  sent.set("count", /** @type {HTMLSelectElement} */ (form.querySelector("[data-count-drafts]")).value);
  sent.set("name", /** @type {HTMLInputElement} */ (form.querySelector("[data-name]")).value);
  const file = /** @type {HTMLInputElement} */ (form.querySelector("[data-resume]")).files?.[0];
  if (file) sent.set("resume", file);
  return sent;
}

button.addEventListener("click", async () => {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  state.textContent = "";
  try {
    const answer = await fetch("/admin/positions/draft", { method: "POST", body: asked(), headers: { Accept: "application/json" } });
    if (!answer.ok || !answer.body) {
      state.textContent = (await answer.json()).message;
      return;
    }
    state.textContent = (await read(answer.body)) || (words.offline ?? "");
  } catch {
    state.textContent = words.offline ?? "";
  } finally {
    button.removeAttribute("aria-busy");
  }
});

/** Shows every line as it comes; the sentence at the end. @param {ReadableStream<Uint8Array>} body */
async function read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let count = 0;
  let refused = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const parts = (rest + part.value).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      const found = JSON.parse(line);
      if (found.question) list.append(shown(found.question));
      count += found.question ? 1 : 0;
      refused ||= found.refused ?? "";
    }
  }
  return [count > 0 ? (state.dataset.done ?? "").replace("{count}", String(count)) : "", refused].filter(Boolean).join(" ");
}

/** @param {Record<string, any>} question */
function shown(question) {
  const line = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (row.content.cloneNode(true)).firstElementChild);
  const [text, facts] = line.querySelectorAll("p");
  text.textContent = question.text;
  facts.textContent = `${title(question.competency)}: ${question.what_good_shows.join(" · ")}`;
  line.querySelector("[data-accept]")?.addEventListener("click", () => {
    const card = added(form, "question", { ...question, follow_ups: "", originWord: words.accepted });
    form.dispatchEvent(new Event("input"));
    const select = field(card, "competency");
    if (select) select.value = question.competency;
    gone(line);
  });
  line.querySelector("[data-discard]")?.addEventListener("click", () => gone(line));
  return line;
}

/** @param {HTMLElement} line */
function gone(line) {
  const next = /** @type {HTMLElement | null} */ (line.nextElementSibling?.querySelector("[data-accept]") ?? button);
  line.remove();
  next?.focus();
}

/** What a competency is called. @param {string} key */
function title(key) {
  const card = cards(form, "criterion").find((each) => each.dataset.key === key);
  return (card && field(card, "title")?.value) || (form.querySelector(`template`)?.content.querySelector(`option[value="${key}"]`)?.textContent ?? key);
}
