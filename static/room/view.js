// What the room shows for a state of the interview. Pure: state and local facts in, words and buttons out.

/**
 * @typedef {{media: import("./media.js").MediaState, muted: boolean, silenced: boolean, typing: boolean,
 *   typedOnly: boolean, waiting: boolean, starting: boolean, soundOnly: boolean}} Local
 * @typedef {"connecting" | "ready" | "media-connecting" | "listening" | "interrupted" | "silenced" | "muted" | "typing"
 *   | "typing-timed" | "thinking"} Phase
 * @typedef {{phase: Phase, start: boolean, finish: boolean, moreTime: boolean, type: boolean, form: boolean,
 *   tools: boolean}} View
 */

/** @param {import("./live.js").State | null} state @param {Local} local @returns {Phase} */
export function phaseOf(state, local) {
  if (!state) return "connecting";
  if (local.waiting) return "thinking";
  if (local.typing || local.typedOnly) return state.deadline ? "typing-timed" : "typing";
  if (local.starting) return "media-connecting";
  if (!state.answering) return "ready";
  if (local.muted) return "muted";
  if (local.media !== "connected") return "interrupted"; // nobody shall speak to no one
  return local.silenced ? "silenced" : "listening";
}

/** @param {import("./live.js").State | null} state @param {Local} local @returns {View} */
export function viewOf(state, local) {
  const phase = phaseOf(state, local);
  const speaking = ["listening", "interrupted", "silenced", "muted"].includes(phase);
  return {
    phase,
    start: phase === "ready" || phase === "media-connecting",
    finish: speaking,
    moreTime: speaking || phase === "typing-timed",
    type: phase === "ready" || phase === "media-connecting" || speaking,
    form: phase === "typing" || phase === "typing-timed",
    tools: !local.typedOnly && (local.muted || ["connecting", "connected", "lost"].includes(local.media)),
  };
}

/** Where a state belongs to when it is not this room. @param {import("./live.js").State} state @returns {string | null} */
export function elsewhere(state) {
  const home = `/interview/${state.session_id}`;
  if (state.status === "completed") return `${home}/done`;
  if (state.phase === "closed") return `${home}/room`;
  return state.phase === "consent" ? `${home}/consent` : null;
}
