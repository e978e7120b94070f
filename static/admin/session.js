// One interview under review: quotes and times lead to the second, keys do everything.

import "../room/once.js";
import "./times.js";
import { Player } from "./player.js";
import { Transcript } from "./transcript.js";

const STEP_MS = 5000;
const transcript = new Transcript(/** @type {HTMLElement} */ (document.querySelector("[data-transcript]")));
const box = /** @type {HTMLElement} */ (document.querySelector("[data-player]"));
const player = box.querySelector("[data-parts]") ? new Player(box, (atMs) => transcript.follow(atMs)) : null;

// A form that came back says what is wrong with it, wherever on the page it stands.
/** @type {HTMLElement | null} */ (document.querySelector("[data-problem]"))?.focus();

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest?.("[data-seek]");
  if (!(button instanceof HTMLElement)) return;
  if (button.dataset.seq) transcript.show(button.dataset.seq);
  player?.seek(Number(button.dataset.seek));
});

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select")) return;
  if (event.key === " " && target.closest("button, a, summary")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

/** @param {number} step */
function beside(step) {
  const atMs = transcript.beside(player?.atMs ?? 0, step);
  if (atMs !== null) player?.seek(atMs);
}

/** @param {number} byMs */
function skip(byMs) {
  if (player) player.seek(Math.max(0, player.atMs + byMs), !player.media.paused);
}

/** @type {Record<string, () => void>} */
const keys = {
  " ": () => player?.toggle(),
  j: () => beside(1),
  k: () => beside(-1),
  ArrowLeft: () => skip(-STEP_MS),
  ArrowRight: () => skip(STEP_MS),
  "/": () => transcript.search.focus(),
};
