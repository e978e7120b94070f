// Puts a view of the room on the screen.

import { part, root, setText, word } from "./parts.js";
import { viewOf } from "./view.js";

const NAMES = { connecting: "Connecting", ready: "Ready", "media-connecting": "MediaConnecting", listening: "Listening", interrupted: "Interrupted", silenced: "Silenced", muted: "Muted", typing: "Typing", "typing-timed": "TypingTimed", thinking: "Thinking" };

/**
 * @param {import("./live.js").State | null} state @param {import("./view.js").Local} local
 * @param {boolean} readingAloud @param {string} timeWord said instead of the hint when the time is short
 */
export function draw(state, local, readingAloud, timeWord) {
  const view = viewOf(state, local);
  const name = NAMES[view.phase];
  root.dataset.phase = view.phase;
  setText(part("turn-word"), readingAloud ? word("Asking") : word(name));
  setText(part("turn-hint"), timeWord || word(`${name}Hint`));
  const shown = { start: view.start, finish: view.finish, "more-time": view.moreTime, type: view.type, "typed-form": view.form, "speak-instead": !local.typedOnly, mute: view.tools, camera: view.tools && !local.soundOnly };
  for (const [key, visible] of Object.entries(shown)) part(key).hidden = !visible;
  part("start").setAttribute("aria-busy", String(view.phase === "media-connecting"));
  if (state) drawProgress(state);
}

/** @param {import("./live.js").State} state */
function drawProgress(state) {
  const number = state.question?.order ?? 0;
  setText(part("progress-word"), word("Progress").replace("{number}", String(number)).replace("{total}", String(state.question_count)));
  part("follow-up").hidden = !state.question?.follow_up;
  part("progress").max = state.question_count;
  part("progress").value = Math.max(0, number - 1);
}

/** @param {import("./live.js").ChannelState} now @param {boolean} before whether it has ever been open */
export function drawConnection(now, before) {
  const lost = now === "lost" || (now === "connecting" && before);
  const line = part("connection");
  line.className = `status ${now === "open" ? "status-good" : lost ? "status-warn" : ""}`;
  setText(line, now === "open" ? word("Connected") : lost ? word("Reconnecting") : word("Connecting"));
}

/** The button's name says what it does, so it is not also pressed; what is the case is said beside it.
 * @param {boolean} muted */
export function drawMute(muted) {
  part("mute").toggleAttribute("data-on", muted);
  setText(part("mute").querySelector("span"), muted ? word("Unmute") : word("Mute"));
  part("mute-said").classList.toggle("visually-hidden", !muted);
  setText(part("mute-said"), muted ? word("MutedSaid") : word("UnmutedSaid"));
}

/** @param {boolean} on */
export function drawCamera(on) {
  part("camera").setAttribute("aria-pressed", String(!on));
  setText(part("camera").querySelector("span"), on ? word("CameraOff") : word("CameraOn"));
}
