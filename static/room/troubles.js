// Notices in the room: one box per code, replaced rather than repeated, gone when the trouble is over.

/** @typedef {"info" | "good" | "warn" | "bad"} Kind */

const ICONS = { info: "info", good: "circle-check", warn: "triangle-alert", bad: "triangle-alert" };
const BRIEF_MS = 6000;

export class Troubles {
  /** @param {HTMLElement} box @param {HTMLTemplateElement} template */
  constructor(box, template) {
    this.box = box;
    this.template = template;
  }

  /** @param {string} code @param {string} text @param {Kind} [kind] @param {boolean} [brief] */
  show(code, text, kind = "warn", brief = false) {
    this.clear(code);
    if (!text) return;
    const notice = /** @type {HTMLElement} */ (this.template.content.firstElementChild?.cloneNode(true));
    notice.className = `notice notice-${kind}`;
    notice.dataset.code = code;
    /** @type {HTMLElement} */ (notice.querySelector("p")).textContent = text;
    const use = /** @type {SVGUseElement} */ (notice.querySelector("use"));
    use.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, `#${ICONS[kind]}`));
    this.box.append(notice);
    if (brief) setTimeout(() => notice.remove(), BRIEF_MS);
  }

  /** @param {string} code @returns {boolean} */
  has(code) {
    return [...this.box.children].some((notice) => /** @type {HTMLElement} */ (notice).dataset.code === code);
  }

  /** @param {string} code */
  clear(code) {
    for (const notice of /** @type {HTMLElement[]} */ ([...this.box.children])) {
      if (notice.dataset.code === code) notice.remove();
    }
  }
}
