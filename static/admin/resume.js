// The card of drafts that are under way is fetched anew until they are there; the rest of the page stays.

const EVERY_MS = 2000;
const GIVE_UP_AFTER = 150;

/** @param {number} left */
async function look(left) {
  const card = /** @type {HTMLElement | null} */ (document.querySelector("[data-drafting]"));
  if (!card || left === 0) return;
  if (!card.contains(document.activeElement) || document.activeElement === card) {
    try {
      const answer = await fetch(card.dataset.drafting ?? "", { headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#resume");
      if (answer.ok && fresh instanceof HTMLElement && !fresh.hasAttribute("data-drafting")) {
        const focused = card === document.activeElement;
        card.replaceWith(fresh);
        if (focused) fresh.focus({ preventScroll: true });
      }
    } catch {
      // the server is away for a moment: the next look will tell
    }
  }
  setTimeout(() => void look(left - 1), EVERY_MS);
}

setTimeout(() => void look(GIVE_UP_AFTER), EVERY_MS);
