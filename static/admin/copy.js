// Copies the value of a field; where the clipboard is closed to us, it is at least selected.

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copy]"))) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy ?? ""));
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // selected: the person copies by key
    }
    /** @type {HTMLElement} */ (button.querySelector("span")).textContent = button.dataset.copied ?? "";
  });
}
