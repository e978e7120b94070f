// The way to the server, in one of three words.

const TRIES = 3;
const SLOW_MS = 400;

/** @param {number[]} spansMs round trips that came back @returns {"good" | "slow" | "bad"} */
export function judgeNetwork(spansMs) {
  if (spansMs.length < TRIES) return spansMs.length === 0 ? "bad" : "slow";
  const middle = [...spansMs].sort((a, b) => a - b)[Math.floor(spansMs.length / 2)];
  return middle > SLOW_MS ? "slow" : "good";
}

/** @param {string} address answers quickly @returns {Promise<"good" | "slow" | "bad">} */
export async function measureNetwork(address) {
  const spansMs = [];
  for (let index = 0; index < TRIES; index += 1) {
    const begun = performance.now();
    try {
      await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(4000) });
      spansMs.push(performance.now() - begun);
    } catch {
      // a round trip that does not come back is what is being counted
    }
  }
  return judgeNetwork(spansMs);
}
