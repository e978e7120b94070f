// The candidate's sound and picture: taken once, sent over one connection at a time, replaced when it breaks,
// torn down always. Where a peer connection cannot be made the sound goes over a WebSocket, without a picture.

import { delayMs } from "./backoff.js";
import { audioConstraints, choices, choose, videoConstraints } from "./choices.js";
import { faultOf, standingFault } from "./faults.js";
import { negotiate, OfferRefused, peerFor, silence, watchPulse } from "./peer.js";
import { SILENCE_MAX_MS } from "./pulse.js";
import { learn, learnt, possible, SocketSound } from "./socketsound.js";

const CONNECT_MAX_MS = 8_000;
const MISSES_MAX = 2;
const SILENCED_MS = 1_000;

/** @typedef {"idle" | "asking" | "connecting" | "connected" | "lost" | "failed" | "closed"} MediaState */

export class MediaLink {
  /**
   * @param {string} sessionId @param {RTCIceServer[]} iceServers
   * @param {{onState: (state: MediaState, words?: string) => void, onStream: (stream: MediaStream) => void,
   *   onFault: (fault: import("./faults.js").Fault) => void, onEvent: (name: string) => void,
   *   onSilenced: (silenced: boolean) => void,
   *   onWay: (overSocket: boolean) => void, onTry: (attempt: number) => void}} listeners
   * @param {boolean} muted
   */
  constructor(sessionId, iceServers, listeners, muted) {
    this.sessionId = sessionId;
    this.iceServers = iceServers;
    this.listeners = listeners;
    /** @type {MediaState} */ this.state = "idle";
    /** @type {MediaStream | null} */ this.stream = null;
    /** @type {RTCPeerConnection | null} */ this.peer = null;
    /** @type {SocketSound | null} */ this.socket = null;
    /** @type {Promise<void> | null} while the devices are asked for */ this.opening = null;
    /** @type {AbortController | null} */ this.offering = null;
    this.overSocket = learnt() && possible();
    /** @type {WeakSet<RTCPeerConnection>} */ this.watched = new WeakSet();
    this.negotiated = false;
    this.misses = 0;
    this.attempt = 0;
    this.timer = 0;
    this.muted = muted;
    /** @type {import("./faults.js").Fault | null} what stands in the way at this end */ this.fault = null;
    /** @type {"camera" | null} what stands in the way of the picture alone */ this.pictureFault = null;
    window.addEventListener("online", () => { this.forget(); this.networkChanged(); });
    window.addEventListener("pagehide", () => this.close());
    this.watchNetwork(/** @type {any} */ (navigator).connection);
  }

  /** Take the devices and connect. Called twice it does it once; after a failure it tries again. */
  open() {
    if (this.state === "connected" || this.state === "connecting" || this.state === "lost") return Promise.resolve();
    this.become("asking"); // what was asked before it was closed is wanted again
    this.opening ??= this.take().finally(() => { this.opening = null; });
    return this.opening;
  }

  async take() {
    this.fault = null;
    const fault = standingFault();
    if (fault) return this.fail(fault);
    if (!this.hasLiveSound()) await this.ask();
    if (this.state !== "asking") return;
    this.attempt = 0;
    void this.connect();
  }

  /** A person may take minutes to answer. What comes when this was closed meanwhile goes back at once. */
  async ask() {
    try {
      const stream = await this.devices();
      if (this.state === "asking") this.hold(stream);
      else giveBack(stream);
    } catch (error) {
      if (this.state === "asking") this.fail(faultOf(error));
    }
  }

  /** @returns {Promise<MediaStream>} with a picture if one is wanted and possible */
  async devices() {
    const chosen = choices();
    const audio = audioConstraints(chosen);
    this.pictureFault = null;
    if (chosen.camera === false || this.overSocket) return navigator.mediaDevices.getUserMedia({ audio });
    try {
      return await navigator.mediaDevices.getUserMedia({ audio, video: videoConstraints(chosen) });
    } catch (error) {
      // whatever is wrong with the camera must not cost the interview: sound alone will do, or names the fault
      const sound = await navigator.mediaDevices.getUserMedia({ audio });
      if (faultOf(error) !== "missing") this.pictureFault = "camera"; // who has none misses none
      return sound;
    }
  }

  /** @param {MediaStream} stream */
  hold(stream) {
    this.stream = stream;
    for (const track of stream.getTracks()) track.enabled = !this.muted;
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => this.unplugged());
      for (const change of ["mute", "unmute"]) track.addEventListener(change, () => this.heedSilence(track));
      this.heedSilence(track);
    }
    for (const track of stream.getVideoTracks()) track.addEventListener("ended", () => this.losePicture(track));
    this.listeners.onStream(stream);
  }

  /** A key or a setting of the device silences the microphone, and no packet is missing then. A browser may begin with
   * that for a moment. @param {MediaStreamTrack} track */
  heedSilence(track) {
    setTimeout(() => { if (this.holds(track)) this.listeners.onSilenced(track.muted); }, SILENCED_MS);
  }

  /** The camera was unplugged; the sound goes on. @param {MediaStreamTrack} track */
  losePicture(track) {
    if (!this.stream || !this.holds(track)) return;
    this.stream.removeTrack(track);
    this.pictureFault = "camera";
    this.listeners.onStream(this.stream);
    this.listeners.onFault(this.pictureFault);
  }

  /** @param {MediaStreamTrack} track */
  holds(track) {
    return this.stream?.getTracks().includes(track) ?? false;
  }

  hasLiveSound() {
    return this.stream?.getAudioTracks().some((track) => track.readyState === "live") ?? false;
  }

  async connect() {
    this.drop();
    this.become("connecting");
    this.listeners.onWay(this.overSocket);
    if (this.overSocket) return this.connectSocket();
    this.negotiated = false;
    const peer = peerFor(/** @type {MediaStream} */ (this.stream), this.iceServers, this.muted);
    this.peer = peer;
    this.offering = new AbortController();
    peer.addEventListener("connectionstatechange", () => this.watch(peer));
    try {
      await negotiate(peer, this.sessionId, this.offering);
      this.negotiated = true;
      if (peer === this.peer && this.state === "connecting") this.timer = setTimeout(() => this.missed(peer, MISSES_MAX), CONNECT_MAX_MS);
    } catch (error) {
      if (peer !== this.peer) return;
      if (error instanceof OfferRefused && error.code === "replaced") return this.close(); // the live channel tells it
      if (error instanceof OfferRefused && error.code && error.status < 500 && error.status !== 429) {
        this.drop();
        this.become("failed", error.message);
      } else {
        this.again(peer);
      }
    }
  }

  connectSocket() {
    const stream = /** @type {MediaStream} */ (this.stream);
    for (const track of stream.getVideoTracks()) {
      track.stop(); // no light for a picture that nobody gets
      stream.removeTrack(track);
      this.listeners.onStream(stream);
    }
    const socket = new SocketSound(stream, this.sessionId, this.muted, {
      onOpen: () => {
        clearTimeout(this.timer);
        this.attempt = 0;
        this.become("connected");
      },
      onLost: () => this.retry(),
    });
    this.socket = socket;
    this.timer = setTimeout(() => socket.lose(), CONNECT_MAX_MS);
  }

  /** @param {RTCPeerConnection} peer */
  watch(peer) {
    if (peer !== this.peer) return;
    if (peer.connectionState === "connected") {
      clearTimeout(this.timer);
      this.attempt = 0;
      this.misses = 0;
      if (!this.watched.has(peer)) watchPulse(peer, () => this.again(peer), () => this.muted);
      this.watched.add(peer);
      this.become("connected");
    } else if (peer.connectionState === "disconnected") {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.again(peer), SILENCE_MAX_MS);
    } else if (peer.connectionState === "failed" || peer.connectionState === "closed") {
      if (this.state === "connecting") this.missed(peer, 1);
      else this.again(peer);
    }
  }

  /** The server answered, yet nothing came through: no network for peers, perhaps. @param {RTCPeerConnection} peer @param {number} weight */
  missed(peer, weight) {
    if (peer !== this.peer) return;
    const passed = peer.iceConnectionState === "connected" || peer.iceConnectionState === "completed";
    if (this.negotiated && !passed) this.misses += weight;
    if (this.misses < MISSES_MAX || !possible()) return this.again(peer);
    this.overSocket = true;
    learn(true);
    this.listeners.onEvent("media_over_socket");
    void this.connect();
  }

  /** Replace a connection that broke. @param {RTCPeerConnection} peer */
  again(peer) {
    if (peer === this.peer) this.retry();
  }

  /** For ever, as the live channel does: a server may be away for as long as it likes. */
  retry() {
    this.drop();
    this.become("lost");
    this.listeners.onTry(this.attempt);
    this.timer = setTimeout(() => void this.connect(), delayMs(this.attempt));
    this.attempt += 1;
  }

  /** The server is there (again): so may be what it refused. A fault at this end is for the candidate to mend. */
  serverIsBack() {
    if (this.state === "failed" && !this.fault) void this.open();
  }

  /** What the server says of the connection that it has. @param {string} state */
  told(state) {
    if (state === "disconnected" && this.state === "connected") this.socket?.lose();
  }

  /** Another network, another chance for a peer connection. */
  forget() {
    this.misses = 0;
    this.overSocket = false;
    learn(false);
  }

  /** `change` also tells new bandwidth estimates; only another kind of network breaks a connection.
   * @param {any} network NetworkInformation, where the browser has it */
  watchNetwork(network) {
    let kind = network?.type;
    network?.addEventListener?.("change", () => {
      if (network.type === kind) return;
      kind = network.type;
      this.networkChanged();
    });
  }

  networkChanged() {
    if (this.peer && navigator.onLine) this.again(this.peer);
    else if (this.socket && navigator.onLine && !this.overSocket) this.retry();
    else if (this.state === "failed" && this.stream) void this.open();
  }

  unplugged() {
    this.listeners.onEvent("device_unplugged");
    this.stop();
    this.fail("unplugged");
  }

  /** Send neither sound nor picture, or both again. @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    for (const track of this.stream?.getTracks() ?? []) track.enabled = !muted;
    if (this.peer && this.stream) silence(this.peer, this.stream, muted);
    this.socket?.mute(muted);
  }

  /** Turn the picture on or off; the connection is made anew, for its shape changes. @param {boolean} on */
  async camera(on) {
    choose({ camera: on });
    if (this.opening) {
      await this.opening; // which asks by the choice of before
      if (this.state === "closed") return;
    }
    this.stop();
    this.become("idle");
    await this.open();
  }

  hasPicture() {
    return (this.stream?.getVideoTracks().length ?? 0) > 0;
  }

  /** @param {import("./faults.js").Fault} fault */
  fail(fault) {
    this.fault = fault;
    this.become("failed");
    this.listeners.onFault(fault);
  }

  drop() {
    clearTimeout(this.timer);
    const peer = this.peer;
    this.peer = null;
    peer?.close();
    this.offering?.abort(); // or it would take the place of whoever sends by now
    this.socket?.close();
    this.socket = null;
  }

  stop() {
    this.drop();
    if (this.stream) giveBack(this.stream);
    this.stream = null;
  }

  /** For good: no light stays on. */
  close() {
    this.stop();
    this.become("closed");
  }

  /** @param {MediaState} state @param {string} [words] */
  become(state, words) {
    if (state === this.state) return;
    this.state = state;
    this.listeners.onState(state, words);
  }
}

/** No light stays on. @param {MediaStream} stream */
function giveBack(stream) {
  for (const track of stream.getTracks()) track.stop();
}
