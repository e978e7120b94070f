// Live captions: the interim changes in place, finals are added once each, and whoever scrolled up to read
// is not pulled down.

const NEAR_END_PX = 48;
const UNSURE_BELOW = 0.6;

export class Captions {
  /** @param {HTMLElement} root @param {string} unsureWord @param {import("./corrections.js").Corrections} corrections */
  constructor(root, unsureWord, corrections) {
    this.corrections = corrections;
    /** @param {string} name @returns {HTMLElement} */
    const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-${name}]`));
    this.box = part("captions-box");
    this.scroll = part("caption-scroll");
    this.list = part("caption-list");
    this.interimLine = part("interim");
    this.emptyLine = part("caption-empty");
    this.jump = part("jump");
    this.unsureWord = unsureWord;
    /** @type {Set<number>} */ this.seen = new Set();
    /** @type {string | null} */ this.questionId = null;
    this.jump.addEventListener("click", () => this.toEnd());
    this.scroll.addEventListener("scroll", () => { if (this.atEnd()) this.jump.hidden = true; });
  }

  /** @param {import("./live.js").SpeechResult} result */
  show(result) {
    if (result.is_final) this.addFinal(result);
    else this.keepPlace(() => { this.interimLine.textContent = result.text; });
    this.emptyLine.hidden = true;
  }

  /** @param {import("./live.js").SpeechResult} result */
  addFinal(result) {
    if (result.seq === null || this.seen.has(result.seq)) return;
    this.seen.add(result.seq);
    const line = document.createElement("li");
    this.corrections.add(line, result.seq, result.text, result.corrected_text);
    line.dataset.seq = String(result.seq);
    line.dataset.question = result.question_id ?? "";
    line.toggleAttribute("data-other", result.question_id !== this.questionId);
    if (result.confidence !== null && result.confidence < UNSURE_BELOW) {
      line.classList.add("unsure");
      line.title = this.unsureWord;
    }
    const after = [...this.list.children].find((other) => Number(/** @type {HTMLElement} */ (other).dataset.seq) > /** @type {number} */ (result.seq));
    this.keepPlace(() => {
      this.interimLine.textContent = "";
      this.list.insertBefore(line, after ?? null);
    });
  }

  /** Words of earlier questions step back. @param {string | null} questionId */
  setQuestion(questionId) {
    if (questionId === this.questionId) return;
    this.questionId = questionId;
    this.interimLine.textContent = "";
    for (const line of /** @type {Iterable<HTMLElement>} */ (this.list.children)) {
      line.toggleAttribute("data-other", line.dataset.question !== questionId);
    }
  }

  /** @param {boolean} shown */
  setShown(shown) {
    this.box.hidden = !shown;
    if (shown) this.toEnd();
  }

  atEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_END_PX;
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.jump.hidden = true;
  }

  /** @param {() => void} change */
  keepPlace(change) {
    const follow = this.atEnd();
    change();
    if (follow) this.toEnd();
    else this.jump.hidden = false;
  }
}
