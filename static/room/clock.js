// The countdown to the server's deadline. The server's clock counts; this page only knows how far its own is off.

/** @param {string} serverTime RFC 3339 @param {number} nowMs this browser's clock @returns {number} server minus browser */
export function offsetMs(serverTime, nowMs) {
  return Date.parse(serverTime) - nowMs;
}

/** @param {string} deadline @param {number} offset @param {number} nowMs @returns {number} never below 0 */
export function remainingMs(deadline, offset, nowMs) {
  return Math.max(0, Date.parse(deadline) - (nowMs + offset));
}

/** @param {number} spanMs @returns {string} m:ss, rounded up so that it shows 0:00 only at the end */
export function formatClock(spanMs) {
  const seconds = Math.ceil(spanMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const CLOSING_MS = 3_000; // for what is written to reach the server before it ends the answer

export class Countdown {
  /** @param {HTMLElement} box @param {HTMLElement} value @param {(left: "minute" | "closing" | "over") => void} announce */
  constructor(box, value, announce) {
    this.box = box;
    this.value = value;
    this.announce = announce;
    this.offset = 0;
    /** @type {string | null} */ this.deadline = null;
    this.said = "";
    setInterval(() => this.draw(), 250);
  }

  /** @param {string | null} deadline @param {string} serverTime */
  set(deadline, serverTime) {
    this.offset = offsetMs(serverTime, Date.now());
    if (deadline !== this.deadline) this.said = "";
    this.deadline = deadline;
    this.draw();
  }

  draw() {
    this.box.hidden = this.deadline === null;
    if (this.deadline === null) return;
    const left = remainingMs(this.deadline, this.offset, Date.now());
    this.value.textContent = formatClock(left);
    this.box.toggleAttribute("data-close", left <= 60_000);
    const due = left === 0 ? "over" : left <= CLOSING_MS ? "closing" : left <= 60_000 && left > 50_000 ? "minute" : "";
    if (due && due !== this.said) {
      this.said = due;
      this.announce(due);
    }
  }
}
