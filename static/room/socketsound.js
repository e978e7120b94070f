// The way for the sound where no UDP passes: the browser's own recording, piece by piece, over a WebSocket.

const PIECE_MS = 100;
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
  /** @param {MediaStream} stream @param {string} sessionId @param {{onOpen: () => void, onLost: () => void}} listeners */
  constructor(stream, sessionId, listeners) {
    const address = new URL(`/api/sessions/${sessionId}/sound`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.ended = false;
    this.listeners = listeners;
    this.socket = new WebSocket(address);
    this.recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()), { mimeType: MIME, audioBitsPerSecond: BITS_PER_S });
    this.recorder.addEventListener("dataavailable", (event) => this.send(event.data));
    this.recorder.addEventListener("error", () => this.lose());
    this.socket.addEventListener("open", () => this.begin());
    this.socket.addEventListener("close", () => this.lose());
  }

  begin() {
    if (this.ended) return;
    this.recorder.start(PIECE_MS);
    this.listeners.onOpen();
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
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.socket.close(1000);
  }
}
