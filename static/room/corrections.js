// Corrections of captions: what was heard stays, the candidate's own words stand beside it. A correction under
// way when the channel breaks is sent again.

export class Corrections {
  /**
   * @param {HTMLTemplateElement} button @param {HTMLTemplateElement} form
   * @param {{heard: string, corrected: string}} words
   * @param {(seq: number, text: string) => void} send
   */
  constructor(button, form, words, send) {
    this.button = button;
    this.form = form;
    this.words = words;
    this.send = send;
    /** @type {Map<number, string>} */ this.pending = new Map();
    /** @type {Map<number, {line: HTMLElement, heard: string, corrected: string}>} */ this.lines = new Map();
  }

  /** Make a line of a final. @param {HTMLElement} line @param {number} seq @param {string} heard @param {string | null} corrected */
  add(line, seq, heard, corrected) {
    this.lines.set(seq, { line, heard, corrected: this.pending.get(seq) ?? corrected ?? "" });
    this.draw(seq);
  }

  /** The server has stored it. @param {number} seq @param {string} text */
  stored(seq, text) {
    this.pending.delete(seq);
    const shown = this.lines.get(seq);
    if (!shown || shown.corrected === text) return;
    shown.corrected = text;
    if (!shown.line.querySelector("form")) this.draw(seq);
  }

  /** The channel is open again: whatever was not confirmed goes out once more. */
  resend() {
    for (const [seq, text] of this.pending) this.send(seq, text);
  }

  /** The server would not have it: show what it has. */
  refused() {
    for (const seq of this.pending.keys()) {
      const shown = this.lines.get(seq);
      if (shown) shown.corrected = "";
      this.draw(seq);
    }
    this.pending.clear();
  }

  /** @param {number} seq @param {boolean} [focus] */
  draw(seq, focus = false) {
    const shown = this.lines.get(seq);
    if (!shown) return;
    const corrected = shown.corrected && shown.corrected !== shown.heard;
    const button = /** @type {HTMLElement} */ (this.button.content.firstElementChild?.cloneNode(true));
    button.addEventListener("click", () => this.edit(seq));
    const parts = corrected
      ? [said(shown.heard, "was-heard", this.words.heard), said(shown.corrected, "was-corrected", this.words.corrected)]
      : [said(shown.heard)];
    shown.line.replaceChildren(...parts, button);
    shown.line.toggleAttribute("data-corrected", Boolean(corrected));
    if (focus) button.focus();
  }

  /** @param {number} seq */
  edit(seq) {
    const shown = /** @type {{line: HTMLElement, heard: string, corrected: string}} */ (this.lines.get(seq));
    const form = /** @type {HTMLFormElement} */ (this.form.content.firstElementChild?.cloneNode(true));
    const field = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    field.value = shown.corrected || shown.heard;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save(seq, field.value.trim());
    });
    form.addEventListener("keydown", (event) => {
      if (event.isComposing) return; // Enter and Esc belong to the Korean input method
      if (event.key === "Escape") this.draw(seq, true);
      else if (event.key === "Enter" && event.target === field && !event.shiftKey) {
        event.preventDefault();
        this.save(seq, field.value.trim());
      }
    });
    form.querySelector("[data-cancel]")?.addEventListener("click", () => this.draw(seq, true));
    shown.line.replaceChildren(said(shown.heard), form);
    field.focus();
    field.select();
  }

  /** Nothing written, or nothing changed, is no correction. @param {number} seq @param {string} text */
  save(seq, text) {
    const shown = /** @type {{line: HTMLElement, heard: string, corrected: string}} */ (this.lines.get(seq));
    if (text && text !== (shown.corrected || shown.heard)) {
      shown.corrected = text;
      this.pending.set(seq, text);
      this.send(seq, text);
    }
    this.draw(seq, true);
  }
}

/** @param {string} text @param {string} [kind] @param {string} [label] @returns {HTMLElement} */
function said(text, kind = "", label = "") {
  const words = document.createElement("span");
  words.textContent = text;
  if (!kind) return words;
  const box = document.createElement("p");
  box.className = kind;
  const tag = document.createElement("small");
  tag.textContent = label;
  box.append(tag, " ", words);
  return box;
}
