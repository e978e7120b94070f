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
    /** The question whose answer is on its way; the next one need not wait for its receipt. */
    this.sending = "";
    this.text.addEventListener("input", () => this.keep());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  get prefix() {
    return `viva-draft-${this.sessionId}-`;
  }

  get key() {
    return this.prefix + this.questionId;
  }

  /** @param {string} questionId */
  setQuestion(questionId) {
    if (questionId === this.questionId) return;
    this.questionId = questionId;
    this.text.value = sessionStorage.getItem(this.key) ?? "";
    this.say("");
  }

  /** The interview is over: nothing of it stays here, also when the page goes before an answer's receipt comes. */
  forget() {
    const drafts = Object.keys(sessionStorage).filter((key) => key.startsWith(this.prefix));
    for (const key of drafts) sessionStorage.removeItem(key);
    this.text.value = "";
  }

  hasDraft() {
    return this.text.value.trim() !== "";
  }

  keep() {
    sessionStorage.setItem(this.key, this.text.value);
    this.say("");
  }

  async send() {
    const questionId = this.questionId;
    if (this.sending === questionId) return;
    if (!this.hasDraft()) {
      this.say(this.words.empty);
      this.text.focus();
      return;
    }
    this.sending = questionId;
    this.listeners.onSending(true);
    const key = this.key;
    try {
      const answer = await fetch(`/api/sessions/${this.sessionId}/answers`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ question_id: questionId, text: this.text.value }),
        signal: AbortSignal.timeout(15_000),
      });
      if (answer.ok) this.sent(key);
      else await this.refused(answer, questionId);
    } catch {
      this.failed(questionId, this.words.failed); // no answer from the server; the draft stays
    } finally {
      if (this.sending === questionId) {
        this.sending = "";
        this.listeners.onSending(false);
      }
    }
  }

  /** @param {string} key */
  sent(key) {
    sessionStorage.removeItem(key);
    if (key === this.key) this.text.value = "";
  }

  /** @param {Response} answer @param {string} questionId */
  async refused(answer, questionId) {
    if (answer.status === 401) return this.listeners.onRefused();
    const body = await answer.json().catch(() => ({}));
    this.failed(questionId, body.message || this.words.failed);
  }

  /** Nobody needs to hear it once the interview has gone on. @param {string} questionId @param {string} text */
  failed(questionId, text) {
    if (questionId === this.questionId) this.say(text);
  }

  /** @param {string} text */
  say(text) {
    this.error.hidden = text === "";
    /** @type {HTMLElement} */ (this.error.querySelector("span")).textContent = text;
    this.text.toggleAttribute("aria-invalid", false);
    if (text) this.text.setAttribute("aria-invalid", "true");
  }
}
