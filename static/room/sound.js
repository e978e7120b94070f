// A test sound for the speaker; three seconds of one's own voice, heard and thrown away.

/** Two soft notes. @param {string | undefined} speaker device id */
export async function playTestSound(speaker) {
  const context = new AudioContext();
  if (speaker && "setSinkId" in context) await /** @type {any} */ (context).setSinkId(speaker);
  [523.25, 659.25].forEach((hertz, index) => {
    const at = context.currentTime + index * 0.28;
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.2, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
    const note = new OscillatorNode(context, { frequency: hertz });
    note.connect(gain).connect(context.destination);
    note.start(at);
    note.stop(at + 0.65);
    if (index === 1) note.addEventListener("ended", () => void context.close());
  });
}

/**
 * @param {MediaStream} stream @param {number} spanMs
 * @returns {Promise<Blob>} what was said, in whatever container the browser likes
 */
export function recordBriefly(stream, spanMs = 3000) {
  return new Promise((resolve, reject) => {
    const recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
    /** @type {Blob[]} */ const parts = [];
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => resolve(new Blob(parts, { type: recorder.mimeType })));
    recorder.addEventListener("error", reject);
    recorder.start();
    setTimeout(() => recorder.state !== "inactive" && recorder.stop(), spanMs);
  });
}

/** @param {Blob} sound @param {string | undefined} speaker @returns {Promise<void>} when it has been heard */
export async function playBack(sound, speaker) {
  const audio = new Audio(URL.createObjectURL(sound));
  try {
    if (speaker && "setSinkId" in audio) await /** @type {any} */ (audio).setSinkId(speaker);
    const ended = new Promise((resolve) => audio.addEventListener("ended", resolve, { once: true }));
    await audio.play();
    await ended;
  } finally {
    URL.revokeObjectURL(audio.src);
  }
}
