// The server tells about once a second that it hears us. When it stops to, the way there or back is gone, long
// before the browser says so.

const LOOK_EVERY_MS = 500;
const GIVEN_UP_MS = 30_000; // the server's own patience with a silent connection
export const SILENCE_MAX_MS = 3000;

/**
 * Time in which the page itself could not look, on a busy machine, is no silence, unless it was so long that the
 * server has gone.
 * @param {() => number | null | Promise<number | null>} beats another number with every sign of life; null ends it
 * @param {() => void} onSilent @param {() => boolean} [excused] whether silence means nothing at the moment
 */
export function watch(beats, onSilent, excused = () => false) {
  /** @type {number | null} */ let heard = -1;
  let silentMs = 0;
  let lookedAt = performance.now();
  const timer = setInterval(async () => {
    const now = await beats();
    if (now === null) return clearInterval(timer);
    const apartMs = performance.now() - lookedAt;
    lookedAt += apartMs;
    silentMs += apartMs < GIVEN_UP_MS ? Math.min(apartMs, 2 * LOOK_EVERY_MS) : apartMs;
    if (now !== heard || excused()) silentMs = 0;
    else if (silentMs >= SILENCE_MAX_MS) onSilent();
    heard = now;
  }, LOOK_EVERY_MS);
}
