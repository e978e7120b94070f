// Speaking needs a recording: say so at once instead of after a round trip. Typing does not.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-consent]"));
const needed = /** @type {HTMLElement | null} */ (document.querySelector("[data-recording-needed]"));
const recording = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name=recording]") ?? null);

// Captured before once.js looks, so that a refused submit never makes the button busy.
form?.addEventListener("submit", (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (button?.value !== "voice" || recording?.checked) return;
  event.preventDefault();
  if (needed) needed.hidden = false;
  recording?.focus();
}, { capture: true });

recording?.addEventListener("change", () => {
  if (needed) needed.hidden = true;
});
