// The list of interviews: a chosen status filters at once.

import "./times.js";

for (const select of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("select[data-submit]"))) {
  select.addEventListener("change", () => select.form?.requestSubmit());
}
