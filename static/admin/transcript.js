// The transcript: the sentence that is heard now, the one before and after, and search with its places marked.

export class Transcript {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.utterances = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-utterance]")]);
    this.found = /** @type {HTMLElement} */ (root.querySelector("[data-found]"));
    this.search = /** @type {HTMLInputElement} */ (root.querySelector("[data-search]"));
    this.search.addEventListener("input", () => this.find(this.search.value.trim()));
  }

  /** @param {number} atMs @returns {number} index of the last utterance that has begun; -1 before the first */
  indexAt(atMs) {
    return this.utterances.findLastIndex((item) => Number(item.dataset.start) <= atMs + 50);
  }

  /** @param {number} atMs */
  follow(atMs) {
    const now = this.utterances[this.indexAt(atMs)];
    const heard = now && atMs <= Number(now.dataset.end) + 400 ? now : null;
    for (const item of this.utterances) item.toggleAttribute("data-now", item === heard);
  }

  /** @param {number} atMs @param {number} step 1 or -1 @returns {number | null} where that utterance begins */
  beside(atMs, step) {
    const item = this.utterances[this.indexAt(atMs) + step];
    if (!item) return null;
    item.scrollIntoView({ block: "nearest" });
    return Number(item.dataset.start);
  }

  /** @param {string} seq */
  show(seq) {
    const item = this.root.querySelector(`#u-${CSS.escape(seq)}`);
    item?.scrollIntoView({ block: "center" });
  }

  /** @param {string} text */
  find(text) {
    let count = 0;
    for (const said of this.root.querySelectorAll("[data-said]")) count += mark(said, text);
    const words = count ? (this.found.dataset.wordFound ?? "").replace("{count}", String(count)) : this.found.dataset.wordNone;
    this.found.textContent = text ? (words ?? "") : "";
    if (text) this.root.querySelector("mark")?.scrollIntoView({ block: "nearest" });
  }
}

/** Mark every place; what was marked before is undone. @param {Element} element @param {string} text @returns {number} */
function mark(element, text) {
  for (const old of element.querySelectorAll("mark")) old.replaceWith(...old.childNodes);
  element.normalize();
  if (!text) return 0;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */ const nodes = [];
  while (walker.nextNode()) nodes.push(/** @type {Text} */ (walker.currentNode));
  return nodes.reduce((count, node) => count + markNode(node, text.toLocaleLowerCase()), 0);
}

/** @param {Text} node @param {string} wanted in lower case @returns {number} */
function markNode(node, wanted) {
  const at = node.data.toLocaleLowerCase().indexOf(wanted);
  if (at < 0) return 0;
  const hit = node.splitText(at);
  const rest = hit.splitText(Math.min(wanted.length, hit.data.length));
  const marked = document.createElement("mark");
  hit.replaceWith(marked);
  marked.append(hit);
  return 1 + markNode(rest, wanted);
}
