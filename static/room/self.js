// One's own picture and microphone level in the room.

import { watchLevel } from "./level.js";

export class SelfView {
  constructor() {
    const box = /** @type {HTMLElement} */ (document.querySelector("[data-self-box]"));
    this.box = box;
    this.video = /** @type {HTMLVideoElement} */ (box.querySelector("video"));
    this.audioOnly = /** @type {HTMLElement} */ (box.querySelector("[data-audio-only]"));
    this.level = /** @type {HTMLMeterElement} */ (box.querySelector("[data-level]"));
    /** @type {(() => void) | null} */ this.stopLevel = null;
  }

  /** @param {MediaStream} stream */
  show(stream) {
    const hasPicture = stream.getVideoTracks().length > 0;
    this.box.hidden = false;
    this.video.hidden = !hasPicture;
    this.audioOnly.hidden = hasPicture;
    this.video.srcObject = hasPicture ? stream : null;
    this.stopLevel?.();
    this.stopLevel = watchLevel(stream, (level) => { this.level.value = level; });
  }

  hide() {
    this.stopLevel?.();
    this.stopLevel = null;
    this.video.srcObject = null;
    this.box.hidden = true;
  }
}
