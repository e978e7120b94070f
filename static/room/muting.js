// Whether the candidate is muted: while they want it or the server says it. So the page does not show a microphone
// that is on while the server is known to keep nothing, and sends nothing before the server has confirmed an unmuting.

export class Muting {
  /**
   * @param {string} sessionId
   * @param {{tell: (on: boolean) => boolean, onChange: (muted: boolean) => void}} listeners `tell` says whether the
   *   server could be told
   */
  constructor(sessionId, { tell, onChange }) {
    this.key = `viva-muted-${sessionId}`;
    this.tell = tell;
    this.onChange = onChange;
    this.wanted = sessionStorage.getItem(this.key) !== null; // a reload is no wish to be heard
    this.unmuted = false; // by the candidate, in this page
    this.kept = false;
    this.on = this.wanted;
  }

  /** The candidate wants the other state. Muted it is at once, unmuted when the server has confirmed it. */
  toggle() {
    const on = !this.on;
    if (!this.tell(on) && !on) return;
    this.wanted = on;
    this.unmuted = !on;
    if (on) sessionStorage.setItem(this.key, "yes");
    else sessionStorage.removeItem(this.key);
    this.look();
  }

  /** Another tab or device has taken over: what the candidate wants now they say there, and the server knows it. */
  forget() {
    this.wanted = this.unmuted = false;
    sessionStorage.removeItem(this.key);
  }

  /**
   * What the server says in every state. One that does not know of a wish yet is told, and so is one that was killed
   * before it could write an unmuting down: nobody shall go on talking to a server that keeps nothing.
   * @param {boolean} muted
   */
  hear(muted) {
    this.kept = muted;
    if (muted ? this.unmuted : this.wanted) this.tell(!muted);
    this.look();
  }

  look() {
    const on = this.wanted || this.kept;
    if (on === this.on) return;
    this.on = on;
    this.onChange(on);
  }
}
