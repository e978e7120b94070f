// How loud the microphone is, ten times a second.

const EVERY_MS = 100;
const FLOOR_DB = -60;

/** @param {Float32Array} samples @returns {number} 0 (silence) to 1 (full scale), linear in decibels */
export function levelOf(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 20 * Math.log10(Math.sqrt(sum / samples.length) || 1e-9);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

/**
 * Watch a stream until the returned function is called.
 * @param {MediaStream} stream @param {(level: number) => void} report @returns {() => void}
 */
export function watchLevel(stream, report) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const source = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const resume = () => void context.resume();
  document.addEventListener("pointerdown", resume);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    report(levelOf(samples));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    document.removeEventListener("pointerdown", resume);
    source.disconnect();
    void context.close();
  };
}
