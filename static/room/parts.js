// The room's elements and words, looked up by their data attributes.

export const root = /** @type {HTMLElement} */ (document.querySelector("[data-interview]"));

/** @param {string} name @returns {any} the element marked data-<name> */
export const part = (name) => document.querySelector(`[data-${name}]`);

/** @param {string} name such as "ReadyHint" for data-word-ready-hint @returns {string} */
export const word = (name) => root.dataset[`word${name}`] ?? "";

/** An unchanged text is not written again, or a screen reader would say it twice. @param {HTMLElement} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
