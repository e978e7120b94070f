// Reading the question aloud with the browser's own voices.

const KEY = "viva-read-aloud";

export class Reader {
  /** @param {string} language "ko" or "en" @param {(speaking: boolean) => void} onSpeaking */
  constructor(language, onSpeaking) {
    this.language = language === "ko" ? "ko-KR" : "en-US";
    this.listener = onSpeaking;
    this.available = "speechSynthesis" in window;
    this.speaking = false;
  }

  /** @param {boolean} speaking */
  onSpeaking(speaking) {
    if (speaking === this.speaking) return;
    this.speaking = speaking;
    this.listener(speaking);
  }

  /** Whether the person likes questions read without asking each time. */
  get automatic() {
    return sessionStorage.getItem(KEY) === "yes";
  }

  set automatic(wanted) {
    sessionStorage.setItem(KEY, wanted ? "yes" : "no");
  }

  /** @param {string} text */
  read(text) {
    if (!this.available || !text) return;
    speechSynthesis.cancel();
    const speech = new SpeechSynthesisUtterance(text);
    speech.lang = this.language;
    const voice = speechSynthesis.getVoices().find((item) => item.lang.replace("_", "-").startsWith(this.language.slice(0, 2)));
    if (voice) speech.voice = voice;
    speech.addEventListener("start", () => this.onSpeaking(true));
    speech.addEventListener("end", () => this.onSpeaking(false));
    speech.addEventListener("error", () => this.onSpeaking(false));
    speechSynthesis.speak(speech);
  }

  stop() {
    if (this.available) speechSynthesis.cancel();
    this.onSpeaking(false);
  }
}
