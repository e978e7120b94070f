// One WebRTC connection: offer, whole candidate list, answer. The server is ICE-lite on one port, so nothing
// trickles. What breaks is never mended: media.js makes a new one.

import { page } from "./page.js";
import { watch } from "./pulse.js";

const GATHERING_MAX_MS = 1500;
const OFFER_MAX_MS = 10_000;
const VIDEO_MAX_BPS = 600_000;

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
 * @param {MediaStream} stream @param {RTCIceServer[]} iceServers @param {boolean} muted
 * @returns {RTCPeerConnection} sends every track of the stream, nothing yet while muted; receives nothing
 */
export function peerFor(stream, iceServers, muted) {
  const peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
  for (const track of stream.getTracks()) {
    peer.addTransceiver(muted ? track.kind : track, {
      direction: "sendonly",
      streams: [stream],
      sendEncodings: track.kind === "video" ? [{ maxBitrate: VIDEO_MAX_BPS, maxFramerate: 24 }] : [{}],
    });
  }
  return peer;
}

/**
 * Send nothing of any track, or all again. @param {RTCPeerConnection} peer @param {MediaStream} stream @param {boolean} muted
 */
export function silence(peer, stream, muted) {
  for (const { sender, receiver } of peer.getTransceivers()) {
    const track = stream.getTracks().find((one) => one.kind === receiver.track.kind);
    // a connection that closes meanwhile refuses, and sends nothing either
    sender.replaceTrack(muted ? null : track ?? null).catch(() => {});
  }
}

/**
 * The server reports every second to whoever it hears. Ends with the connection.
 * @param {RTCPeerConnection} peer connected @param {() => void} onSilent
 * @param {() => boolean} [muted] whoever sends nothing is not reported to
 */
export function watchPulse(peer, onSilent, muted) {
  watch(() => (peer.connectionState === "closed" ? null : bytesReceived(peer)), onSilent, muted);
}

/** @param {RTCPeerConnection} peer @returns {Promise<number>} NaN, which equals nothing, where the browser does not count */
async function bytesReceived(peer) {
  for (const entry of (await peer.getStats()).values()) {
    if (entry.type === "transport" && entry.bytesReceived !== undefined) return entry.bytesReceived;
  }
  return NaN;
}

/**
 * @param {RTCPeerConnection} peer @param {string} sessionId
 * @param {AbortController} offering aborted to take the offer back; after ten seconds that happens by itself
 */
export async function negotiate(peer, sessionId, offering) {
  await peer.setLocalDescription(await peer.createOffer());
  await gathered(peer);
  const local = /** @type {RTCSessionDescription} */ (peer.localDescription);
  setTimeout(() => offering.abort(), OFFER_MAX_MS);
  const response = await fetch(`/api/sessions/${sessionId}/offer?page=${page}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ sdp: local.sdp, type: local.type }),
    signal: offering.signal,
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
