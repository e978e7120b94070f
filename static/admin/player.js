// The recording: all of its files as one, with speed, seeking and the time on the interview's clock.

import { clock, placeAt, totalMs } from "./timeline.js";

export class Player {
  /** @param {HTMLElement} root @param {(atMs: number) => void} onTime */
  constructor(root, onTime) {
    /** @param {string} name @returns {any} */
    const part = (name) => root.querySelector(`[data-${name}]`);
    this.root = root;
    this.onTime = onTime;
    /** @type {HTMLVideoElement} */ this.media = part("media");
    /** @type {HTMLInputElement} */ this.bar = part("seekbar");
    this.toggleButton = part("toggle");
    this.time = part("time");
    this.parts = [...part("parts").children].map((item) => ({
      url: item.dataset.url, kind: item.dataset.kind, startMs: Number(item.dataset.start), durationMs: Number(item.dataset.duration),
    }));
    this.index = 0;
    this.total = totalMs(this.parts);
    this.media.removeAttribute("controls");
    part("controls").hidden = false;
    this.bar.max = String(Math.max(1000, this.total));
    part("total").textContent = clock(this.total);
    part("speed").addEventListener("change", () => this.setSpeed(Number(part("speed").value)));
    this.toggleButton.addEventListener("click", () => this.toggle());
    this.bar.addEventListener("input", () => this.seek(Number(this.bar.value), !this.media.paused));
    for (const name of ["play", "pause"]) this.media.addEventListener(name, () => this.drawPlaying());
    this.media.addEventListener("timeupdate", () => this.drawTime());
    this.media.addEventListener("ended", () => this.next());
    this.media.addEventListener("error", () => { part("broken").hidden = false; });
    this.speed = 1;
    this.drawTime();
  }

  get atMs() {
    return this.parts[this.index].startMs + this.media.currentTime * 1000;
  }

  /** @param {number} atMs on the interview's clock @param {boolean} [play] */
  seek(atMs, play = true) {
    const { index, offsetMs, over } = placeAt(this.parts, atMs);
    if (index !== this.index) this.load(index);
    this.media.currentTime = offsetMs / 1000;
    this.drawTime();
    if (over) this.media.pause(); // to play on from the end would mean from the beginning
    else if (play) void this.play();
  }

  /** @param {number} index */
  load(index) {
    this.index = index;
    this.media.src = this.parts[index].url;
    this.media.playbackRate = this.speed;
  }

  next() {
    if (this.index + 1 >= this.parts.length) return;
    this.load(this.index + 1);
    void this.play();
  }

  async play() {
    try {
      await this.media.play();
    } catch (error) {
      // a seek or a pause that overtakes is no failure; a file that cannot be read reports itself by "error"
      if (!(error instanceof DOMException)) throw error;
    }
  }

  toggle() {
    if (this.media.paused) void this.play();
    else this.media.pause();
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
    this.media.playbackRate = speed;
  }

  drawPlaying() {
    const playing = !this.media.paused;
    this.root.toggleAttribute("data-playing", playing);
    this.toggleButton.setAttribute("aria-label", (playing ? this.root.dataset.wordPause : this.root.dataset.wordPlay) ?? "");
  }

  drawTime() {
    this.time.textContent = clock(this.atMs);
    this.bar.value = String(this.atMs);
    this.bar.setAttribute("aria-valuetext", clock(this.atMs));
    this.onTime(this.atMs);
  }
}
