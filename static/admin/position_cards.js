// The cards of the position editor as data, and back.

/** @typedef {"question" | "criterion"} Kind */

const LISTS = new Set(["what_good_shows", "key_terms", "anchors", "evidence"]);

/** @param {HTMLElement} form @param {Kind} kind @returns {HTMLElement[]} */
export function cards(form, kind) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(`[data-list="${kind}"] > [data-card]`))];
}

/** @param {HTMLElement} card @param {string} name @returns {HTMLInputElement | null} */
export const field = (card, name) => card.querySelector(`[data-field="${name}"]`);

/** The lines of a field that are not blank. @param {HTMLElement} card @param {string} name */
export function lines(card, name) {
  return (field(card, name)?.value ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/** A new card at the end of its list. @param {HTMLElement} form @param {string} kind @param {Record<string, any>} [values] */
export function added(form, kind, values = {}) {
  const copied = /** @type {HTMLTemplateElement} */ (form.querySelector(`template[data-new="${kind}"]`)).content.cloneNode(true);
  const card = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (copied).firstElementChild);
  if (values.key) card.dataset.key = values.key;
  if (values.origin) card.dataset.originValue = values.origin;
  if (values.source_id) card.dataset.source = values.source_id;
  for (const [name, value] of Object.entries(values)) {
    const found = field(card, name);
    if (found) found.value = LISTS.has(name) ? value.join("\n") : String(value);
  }
  const chip = card.querySelector("[data-origin]");
  if (chip && values.originWord) chip.textContent = values.originWord;
  form.querySelector(`[data-list="${kind}"]`)?.append(card);
  return card;
}

/** Numbers, shares, and what a question may be meant to show. @param {HTMLElement} form */
export function renumber(form) {
  for (const kind of /** @type {const} */ (["question", "criterion"])) {
    const list = /** @type {HTMLElement} */ (form.querySelector(`[data-list="${kind}"]`));
    cards(form, kind).forEach((card, place) => {
      const number = card.querySelector("[data-number]");
      if (number) number.textContent = (list.dataset.label ?? "").replace("{number}", String(place + 1));
    });
  }
  const rubric = cards(form, "criterion");
  const weights = rubric.map((card) => Number(field(card, "weight")?.value) || 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const word = /** @type {HTMLElement} */ (form.querySelector('[data-list="criterion"]')).dataset.share ?? "";
  rubric.forEach((card, place) => {
    card.dataset.key ||= fresh(rubric);
    const share = card.querySelector("[data-share]");
    if (share) share.textContent = word.replace("{share}", String(Math.round((weights[place] / total) * 100)));
  });
  const own = rubric.map((card) => /** @type {const} */ ([card.dataset.key ?? "", called(card)]));
  if (own.length > 0 || byDefault.size > 0) offerCompetencies(form, own.length > 0 ? new Map(own) : byDefault);
}

/** A criterion without a name yet goes by its number. @param {HTMLElement} card */
const called = (card) => field(card, "title")?.value.trim() || (card.querySelector("[data-number]")?.textContent ?? "");

/** @type {Map<string, string>} */
let byDefault = new Map();

/** What a question may be meant to show where the position has no criteria of its own. @param {Record<string, any>[]} criteria */
export function offerByDefault(criteria) {
  byDefault = new Map(criteria.map((each) => [String(each.key), String(each.title)]));
}

/** Built-in criteria that nobody has touched follow the language; own words stay. @param {HTMLElement} form @param {Record<string, any>[]} before @param {Record<string, any>[]} after */
export function translate(form, before, after) {
  const inWords = ["title", "description", "anchors", "evidence"];
  for (const card of cards(form, "criterion")) {
    const [was, is] = [before, after].map((all) => all.find((each) => each.key === card.dataset.key));
    if (!was || !is || inWords.some((name) => field(card, name)?.value.trim() !== asText(was[name]))) continue;
    for (const name of inWords) /** @type {HTMLInputElement} */ (field(card, name)).value = asText(is[name]);
  }
}

/** @param {string | string[]} value */
const asText = (value) => (Array.isArray(value) ? value.join("\n") : value);

/** @param {HTMLElement[]} rubric */
function fresh(rubric) {
  const taken = new Set(rubric.map((card) => card.dataset.key));
  let number = 1;
  while (taken.has(`criterion_${number}`)) number += 1;
  return `criterion_${number}`;
}

/** @param {HTMLElement} form @param {Map<string, string>} titles */
function offerCompetencies(form, titles) {
  for (const card of cards(form, "question")) {
    const select = /** @type {HTMLSelectElement} */ (card.querySelector('[data-field="competency"]'));
    const chosen = select.value;
    if ([...select.options].map((o) => o.value + o.text).join() === [...titles].map(([k, t]) => k + t).join()) continue;
    select.replaceChildren(...[...titles].map(([key, title]) => new Option(title, key, false, key === chosen)));
  }
}

/** Why what the linter asks about is kept. @param {HTMLElement} card */
export const reason = (card) => field(card, "kept_because")?.value.trim() ?? "";

/** What is sent. @param {HTMLFormElement} form */
export function collected(form) {
  const sent = new FormData(form);
  return {
    title: sent.get("title"),
    language: sent.get("language"),
    description: sent.get("description"),
    questions: cards(form, "question").map((card) => ({
      text: lines(card, "text").join(" "),
      competency: field(card, "competency")?.value,
      what_good_shows: lines(card, "what_good_shows"),
      key_terms: lines(card, "key_terms"),
      follow_ups: field(card, "follow_ups")?.value === "" ? null : Number(field(card, "follow_ups")?.value),
      kept_because: reason(card),
      origin: card.dataset.originValue,
      source_id: card.dataset.source,
    })),
    criteria: cards(form, "criterion").map((card) => ({
      key: card.dataset.key,
      title: field(card, "title")?.value.trim(),
      description: lines(card, "description").join(" "),
      weight: Number(field(card, "weight")?.value),
      anchors: lines(card, "anchors"),
      evidence: lines(card, "evidence"),
      kept_because: reason(card),
    })),
    answer_limit_s: Number(sent.get("answer_limit_s")),
    preparation_s: Number(sent.get("preparation_s")),
    follow_up_depth: Number(sent.get("follow_up_depth")),
    resume_questions: Number(sent.get("resume_questions")),
    ask_unseen: sent.has("ask_unseen"),
    show_numbers: sent.has("show_numbers"),
    blind_review: sent.has("blind_review"),
    active: sent.has("active"),
  };
}
