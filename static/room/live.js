// The live channel: one WebSocket that comes back by itself, asks for the finals it missed, and steps aside
// when another tab takes over.

import { delayMs } from "./backoff.js";
import { page } from "./page.js";

const LOOK_EVERY_MS = 1000;
const DOUBT_MAX_MS = 1500;
const SILENCE_MAX_MS = 4000; // a socket of a network that is gone stays open and says nothing
const BUSY_MAX_MS = 30_000; // so long the server may be at a command, or at taking us in, before it says anything
const WISH_MS = 30_000; // who wanted the interview here, and was not connected by then, may be elsewhere

/**
 * @typedef {{id: string, order: number, text: string, follow_up: boolean}} Question
 * @typedef {{type: "state", session_id: string, status: string, phase: string, question_id: string | null,
 *   question: Question | null, answering: boolean, question_count: number, deadline: string | null, seq: number,
 *   answer_limit_s: number, stt: string, media: {connected: boolean, muted: boolean}, server_time: string,
 *   troubles?: import("./notices.js").Notice[]}} State
 * @typedef {{type: "stt_result", text: string, is_final: boolean, question_id: string | null, seq: number | null,
 *   start_ms: number, end_ms: number, confidence: number | null, corrected_text: string | null}} SpeechResult
 * @typedef {"connecting" | "open" | "lost" | "replaced" | "refused"} ChannelState
 */

export class LiveChannel {
  /**
   * @param {string} sessionId
   * @param {{onMessage: (message: any) => void, onChannel: (state: ChannelState) => void}} listeners
   */
  constructor(sessionId, listeners) {
    this.sessionId = sessionId;
    this.listeners = listeners;
    /** @type {WebSocket | null} */ this.socket = null;
    this.attempt = 0;
    /** the last final before the first that is missing */ this.lastSeq = 0;
    /** @type {Set<number>} finals that came before those ahead of them */ this.early = new Set();
    this.stopped = false;
    this.taken = () => {};
    this.wantedUntil = 0;
    this.timer = 0;
    this.pinger = 0;
    this.lastHeard = 0;
    this.patienceMs = BUSY_MAX_MS;
    window.addEventListener("online", () => this.hurry());
  }

  /**
   * The candidate wants the interview here: at first, and again after `replaced`. Nothing else takes it from another,
   * nor does a wish that a network kept from being heard.
   * @returns {Promise<void>} when the server has taken this page in
   */
  take() {
    this.wantedUntil = Date.now() + WISH_MS;
    this.open();
    return new Promise((resolve) => { this.taken = resolve; });
  }

  open() {
    clearTimeout(this.timer);
    this.stopped = false;
    if (this.attempt === -1) this.attempt = 0;
    this.listeners.onChannel("connecting");
    const address = new URL(`/api/sessions/${this.sessionId}/live`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("page", page);
    if (Date.now() > this.wantedUntil) address.searchParams.set("returning", "1");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("message", (event) => this.receive(socket, event.data));
    socket.addEventListener("close", () => this.lost(socket));
    clearInterval(this.pinger);
    this.lastHeard = Date.now();
    this.patienceMs = BUSY_MAX_MS;
    this.pinger = setInterval(() => this.ping(), LOOK_EVERY_MS);
  }

  /** For good. */
  close() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.pinger);
    this.socket?.close(1000);
  }

  /** @param {Record<string, unknown>} message @returns {boolean} whether it could be sent */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    if (message.type !== "ping" && message.type !== "client_event") this.patienceMs = BUSY_MAX_MS;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** @param {WebSocket} socket @param {string} frame */
  receive(socket, frame) {
    if (socket !== this.socket) return;
    this.lastHeard = Date.now();
    this.patienceMs = SILENCE_MAX_MS;
    const message = JSON.parse(frame);
    if (message.type === "state" && this.attempt !== -1) this.settle();
    if (message.type === "stt_result" && message.is_final && message.seq !== null) this.have(message.seq);
    if (message.type === "replaced") {
      this.close();
      this.listeners.onChannel("replaced");
      return;
    }
    this.listeners.onMessage(message);
  }

  /** A line may break between a final and those before it. @param {number} seq */
  have(seq) {
    if (seq > this.lastSeq) this.early.add(seq);
    while (this.early.delete(this.lastSeq + 1)) this.lastSeq += 1;
  }

  /** The first `state` on this socket: the channel works; ask for what was missed. */
  settle() {
    this.attempt = -1;
    this.wantedUntil = 0;
    this.taken();
    this.listeners.onChannel("open");
    this.send({ type: "resume", after_seq: this.lastSeq });
  }

  /** @param {WebSocket} socket */
  lost(socket) {
    if (socket !== this.socket || this.stopped) return;
    this.socket = null;
    const worked = this.attempt === -1;
    this.attempt = worked ? 0 : this.attempt + 1;
    clearInterval(this.pinger);
    this.listeners.onChannel("lost");
    if (!worked) void this.askWhy();
    this.timer = setTimeout(() => this.open(), delayMs(this.attempt));
  }

  /** A browser hides why a handshake was refused; an ordinary request tells. */
  async askWhy() {
    try {
      const answer = await fetch(`/api/sessions/${this.sessionId}`, { signal: AbortSignal.timeout(5000) });
      if (![401, 403, 404].includes(answer.status) || this.stopped) return;
      this.close();
      this.listeners.onChannel("refused");
    } catch {
      // the server is away as a whole: the reconnecting that is under way is the right thing
    }
  }

  /** Ask while nothing is heard; what does not answer is given up. */
  ping() {
    const silentMs = Date.now() - this.lastHeard;
    if (silentMs > this.patienceMs) {
      const silent = /** @type {WebSocket} */ (this.socket);
      silent.close();
      this.lost(silent);
    } else if (silentMs > LOOK_EVERY_MS) {
      this.send({ type: "ping" });
    }
  }

  /** A network is back: do not sit out the wait, and do not trust a socket of the one before for long. */
  hurry() {
    if (this.stopped) return;
    if (this.socket === null) return this.open();
    this.patienceMs = SILENCE_MAX_MS;
    this.lastHeard = Math.min(this.lastHeard, Date.now() - SILENCE_MAX_MS + DOUBT_MAX_MS);
    this.send({ type: "ping" });
  }
}
