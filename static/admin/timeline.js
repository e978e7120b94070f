// Several recording files on one clock. Pure.

/** @typedef {{url: string, kind: string, startMs: number, durationMs: number}} Part */

/** @param {Part[]} parts @param {number} atMs on the interview's clock @returns {number} index of the part to play */
export function partAt(parts, atMs) {
  let chosen = 0;
  parts.forEach((part, index) => {
    if (part.startMs <= atMs) chosen = index;
  });
  return chosen;
}

/**
 * @param {Part[]} parts @param {number} atMs on the interview's clock
 * @returns {{index: number, offsetMs: number, over: boolean}} the part that has this moment and where in it; in a
 *   gap the beginning of the part after it; `over` where nothing is left to play
 */
export function placeAt(parts, atMs) {
  const index = partAt(parts, atMs);
  const part = parts[index];
  const offsetMs = Math.max(0, atMs - part.startMs);
  const past = part.durationMs > 0 && offsetMs >= part.durationMs; // 0: it is still being recorded
  if (past && index + 1 < parts.length) return { index: index + 1, offsetMs: 0, over: false };
  return { index, offsetMs, over: past };
}

/** @param {Part[]} parts @returns {number} where the last one ends */
export function totalMs(parts) {
  return Math.max(0, ...parts.map((part) => part.startMs + part.durationMs));
}

/** @param {number} spanMs @returns {string} m:ss */
export function clock(spanMs) {
  const seconds = Math.floor(Math.max(0, spanMs) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
