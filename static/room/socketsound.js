// The way for the sound where no UDP passes: the browser's own recording, piece by piece, over a WebSocket.

import { page } from "./page.js";
import { watch } from "./pulse.js";

const PIECE_MS = 100;
const HERE_EVERY_MS = 1000;
const BITS_PER_S = 32_000;
const MIME = "audio/webm;codecs=opus";
const STUCK_BYTES = 512 * 1024;
const KEY = "viva-sound-way";

/** Whether this browser can. */
export function possible() {
  return "MediaRecorder" in window && MediaRecorder.isTypeSupported(MIME);
}

/** Whether this tab has learnt that its network lets nothing else pass; known at once after a reload. */
export function learnt() {
  return sessionStorage.getItem(KEY) === "socket";
}

/** @param {boolean} needed */
export function learn(needed) {
  if (needed) sessionStorage.setItem(KEY, "socket");
  else sessionStorage.removeItem(KEY);
}

export class SocketSound {
  /** @param {MediaStream} stream @param {string} sessionId @param {boolean} muted @param {{onOpen: () => void, onLost: () => void}} listeners */
  constructor(stream, sessionId, muted, listeners) {
    const address = new URL(`/api/sessions/${sessionId}/sound?page=${page}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.ended = false;
    this.muted = muted;
    this.beats = 0;
    this.listeners = listeners;
    this.socket = new WebSocket(address);
    this.recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()), { mimeType: MIME, audioBitsPerSecond: BITS_PER_S });
    this.recorder.addEventListener("dataavailable", (event) => this.send(event.data));
    this.recorder.addEventListener("error", () => this.lose());
    this.socket.addEventListener("open", () => this.begin());
    this.socket.addEventListener("message", () => { this.beats += 1; });
    this.socket.addEventListener("close", () => this.lose());
    this.here = 0;
  }

  begin() {
    if (this.ended) return;
    if (this.muted) this.rest();
    else this.recorder.start(PIECE_MS);
    // a server of before this pulse never beats: then nothing can be read from its silence
    watch(() => (this.ended ? null : this.beats), () => this.lose(), () => this.beats === 0);
    this.listeners.onOpen();
  }

  /** While nothing is recorded empty pieces say that this page is still there, and that what comes next follows a pause. */
  rest() {
    this.here = setInterval(() => this.socket.send(new Uint8Array(0)), HERE_EVERY_MS);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    if (this.ended || this.socket.readyState !== WebSocket.OPEN) return;
    clearInterval(this.here);
    if (muted) {
      if (this.recorder.state === "recording") {
        this.recorder.requestData(); // what was said until now
        this.recorder.pause();
      }
      this.rest();
    } else if (this.recorder.state === "paused") {
      this.socket.send(new Uint8Array(0)); // the mute may have been shorter than a second
      this.recorder.resume();
    } else if (this.recorder.state === "inactive") {
      this.recorder.start(PIECE_MS);
    }
  }

  /** @param {Blob} piece */
  send(piece) {
    if (this.ended || piece.size === 0) return;
    if (this.socket.bufferedAmount > STUCK_BYTES) this.lose();
    else this.socket.send(piece);
  }

  lose() {
    if (this.ended) return;
    this.close();
    this.listeners.onLost();
  }

  close() {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.here);
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.socket.close(1000);
  }
}
