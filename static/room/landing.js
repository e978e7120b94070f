// The landing form, with everything that a plain POST cannot do: naming what is missing before asking the
// server, one session from a double click, and a message in place when the server fails. Nothing typed is lost.

import { setBusy } from "./once.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-start]"));
if (form) form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!form.hasAttribute("data-busy")) void start(form);
});

/** @param {HTMLFormElement} form */
async function start(form) {
  const missing = markMissing(form);
  if (missing) {
    showProblem(form, form.dataset.missing ?? "");
    missing.focus();
    return;
  }
  setBusy(form, true);
  try {
    const answer = await fetch(form.getAttribute("action") ?? "/", {
      method: "POST",
      body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout(20_000),
    });
    if (answer.ok) {
      location.assign(answer.url);
      return;
    }
    showProblem(form, alertOf(await answer.text()) || (form.dataset.failed ?? ""));
  } catch {
    // No answer at all: the network or the server is away. The words say so; the form keeps what was typed.
    showProblem(form, form.dataset.failed ?? "");
  }
  setBusy(form, false);
}

/** @param {HTMLFormElement} form @returns {HTMLInputElement | undefined} the first field that is empty */
function markMissing(form) {
  const required = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[required]")]);
  for (const input of required) {
    input.toggleAttribute("aria-invalid", false);
    if (!input.value.trim()) input.setAttribute("aria-invalid", "true");
  }
  return required.find((input) => !input.value.trim());
}

/** @param {string} html @returns {string} the words of the page's own alert */
function alertOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector("[role=alert]")?.textContent?.trim() ?? "";
}

/** @param {HTMLFormElement} form @param {string} text */
function showProblem(form, text) {
  const template = /** @type {HTMLTemplateElement} */ (form.querySelector("[data-problem-template]"));
  const box = /** @type {HTMLElement} */ (template.content.cloneNode(true));
  /** @type {HTMLElement} */ (box.querySelector("p")).textContent = text;
  form.querySelector("[data-problem]")?.replaceChildren(box);
}
