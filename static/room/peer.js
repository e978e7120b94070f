// One WebRTC connection: offer, whole candidate list, answer. The server is ICE-lite on one port, so nothing
// trickles. What breaks is never mended: media.js makes a new one.

const GATHERING_MAX_MS = 1500;
const VIDEO_MAX_BPS = 600_000;
const LOOK_EVERY_MS = 500;
const GIVEN_UP_MS = 30_000; // the server's own patience with a silent connection
export const SILENCE_MAX_MS = 3000;

/** The server said no, in words for a person. */
export class OfferRefused extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.name = "OfferRefused";
    this.status = status;
    this.code = code;
  }
}

/**
 * @param {MediaStream} stream @param {RTCIceServer[]} iceServers
 * @returns {RTCPeerConnection} sends every track of the stream, receives nothing
 */
export function peerFor(stream, iceServers) {
  const peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
  for (const track of stream.getTracks()) {
    peer.addTransceiver(track, {
      direction: "sendonly",
      streams: [stream],
      sendEncodings: track.kind === "video" ? [{ maxBitrate: VIDEO_MAX_BPS, maxFramerate: 24 }] : [{}],
    });
  }
  return peer;
}

/**
 * The server reports every second to whoever it hears. A network that went away without a word, in either
 * direction, is noticed here long before the browser gives the connection up. Time in which the page itself could
 * not look, on a busy machine, is no silence, unless it was so long that the server has gone. Ends with the connection.
 * @param {RTCPeerConnection} peer connected @param {() => void} onSilent
 */
export function watchPulse(peer, onSilent) {
  let heard = -1;
  let silentMs = 0;
  let lookedAt = performance.now();
  const timer = setInterval(async () => {
    if (peer.connectionState === "closed") return clearInterval(timer);
    const now = await bytesReceived(peer);
    const apartMs = performance.now() - lookedAt;
    lookedAt += apartMs;
    silentMs += apartMs < GIVEN_UP_MS ? Math.min(apartMs, 2 * LOOK_EVERY_MS) : apartMs;
    if (now !== heard) silentMs = 0;
    else if (silentMs >= SILENCE_MAX_MS) onSilent();
    heard = now;
  }, LOOK_EVERY_MS);
}

/** @param {RTCPeerConnection} peer @returns {Promise<number>} NaN, which equals nothing, where the browser does not count */
async function bytesReceived(peer) {
  for (const entry of (await peer.getStats()).values()) {
    if (entry.type === "transport" && entry.bytesReceived !== undefined) return entry.bytesReceived;
  }
  return NaN;
}

/** @param {RTCPeerConnection} peer @param {string} sessionId */
export async function negotiate(peer, sessionId) {
  await peer.setLocalDescription(await peer.createOffer());
  await gathered(peer);
  const local = /** @type {RTCSessionDescription} */ (peer.localDescription);
  const response = await fetch(`/api/sessions/${sessionId}/offer`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ sdp: local.sdp, type: local.type }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw await refusal(response);
  const answer = await response.json();
  if (peer.signalingState !== "closed") await peer.setRemoteDescription(answer);
}

/** @param {RTCPeerConnection} peer @returns {Promise<void>} complete, or as far as it got in the time there is */
function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, GATHERING_MAX_MS);
    function done() {
      clearTimeout(timer);
      peer.removeEventListener("icegatheringstatechange", look);
      resolve();
    }
    function look() {
      if (peer.iceGatheringState === "complete") done();
    }
    peer.addEventListener("icegatheringstatechange", look);
  });
}

/** @param {Response} response */
async function refusal(response) {
  try {
    const body = await response.json();
    return new OfferRefused(response.status, body.code ?? "", body.message ?? "");
  } catch {
    return new OfferRefused(response.status, "", ""); // not ours: a proxy's page
  }
}
