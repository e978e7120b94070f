// Forms marked data-once are sent once: the second click of a double click finds the button at work.

/** @param {HTMLFormElement} form @param {boolean} busy @param {HTMLElement | null} [button] */
export function setBusy(form, busy, button = form.querySelector("button")) {
  form.toggleAttribute("data-busy", busy);
  button?.setAttribute("aria-busy", String(busy));
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-once]"))) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.hasAttribute("data-busy")) {
      event.preventDefault();
      return;
    }
    setBusy(form, true, /** @type {HTMLElement | null} */ (event.submitter));
  });
}

// A page that comes back from the browser's memory must not come back stuck.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) {
    form.removeAttribute("data-busy");
    for (const button of form.querySelectorAll("[aria-busy]")) button.setAttribute("aria-busy", "false");
  }
});
