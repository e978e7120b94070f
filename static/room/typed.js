// Answers in writing. The draft lives in this tab only, per question, and is gone once it is sent.

export class TypedAnswer {
  /**
   * @param {HTMLFormElement} form @param {string} sessionId
   * @param {{empty: string, failed: string}} words
   * @param {{onSending: (sending: boolean) => void, onRefused: () => void}} listeners
   */
  constructor(form, sessionId, words, listeners) {
    this.form = form;
    this.sessionId = sessionId;
    this.words = words;
    this.listeners = listeners;
    this.text = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.error = /** @type {HTMLElement} */ (form.querySelector("[data-typed-error]"));
    this.questionId = "";
    this.sending = false;
    this.text.addEventListener("input", () => this.keep());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  get key() {
    return `viva-draft-${this.sessionId}-${this.questionId}`;
  }

  /** @param {string} questionId */
  setQuestion(questionId) {
    if (questionId === this.questionId) return;
    this.questionId = questionId;
    this.text.value = sessionStorage.getItem(this.key) ?? "";
    this.say("");
  }

  hasDraft() {
    return this.text.value.trim() !== "";
  }

  keep() {
    sessionStorage.setItem(this.key, this.text.value);
    this.say("");
  }

  async send() {
    if (this.sending) return;
    if (!this.hasDraft()) {
      this.say(this.words.empty);
      this.text.focus();
      return;
    }
    this.setSending(true);
    const key = this.key;
    try {
      const answer = await fetch(`/api/sessions/${this.sessionId}/answers`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ question_id: this.questionId, text: this.text.value }),
        signal: AbortSignal.timeout(15_000),
      });
      if (answer.ok) this.sent(key);
      else await this.refused(answer);
    } catch {
      this.say(this.words.failed); // no answer from the server; the draft stays
    } finally {
      this.setSending(false);
    }
  }

  /** @param {string} key */
  sent(key) {
    sessionStorage.removeItem(key);
    if (key === this.key) this.text.value = "";
  }

  /** @param {Response} answer */
  async refused(answer) {
    if (answer.status === 401) return this.listeners.onRefused();
    const body = await answer.json().catch(() => ({}));
    this.say(body.message || this.words.failed);
  }

  /** @param {boolean} sending */
  setSending(sending) {
    this.sending = sending;
    this.listeners.onSending(sending);
  }

  /** @param {string} text */
  say(text) {
    this.error.hidden = text === "";
    /** @type {HTMLElement} */ (this.error.querySelector("span")).textContent = text;
    this.text.toggleAttribute("aria-invalid", false);
    if (text) this.text.setAttribute("aria-invalid", "true");
  }
}
