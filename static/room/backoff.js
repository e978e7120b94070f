// How long to wait before trying again: doubling, bounded, with jitter so that a crowd does not come back at once.

const FIRST_MS = 300;
const LONGEST_MS = 8000;

/**
 * @param {number} attempt 0 for the first
 * @param {number} random 0 to 1
 * @returns {number} milliseconds: between half and the whole of the step
 */
export function delayMs(attempt, random = Math.random()) {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return step / 2 + (step / 2) * random;
}
