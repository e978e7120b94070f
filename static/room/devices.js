// The device check: ask after a click, show and hear oneself, choose devices, and always a way on.

import { audioConstraints, choices, choose, videoConstraints } from "./choices.js";
import { faultOf, onRetry, showFault, standingFault } from "./faults.js";
import { watchLevel } from "./level.js";
import { measureNetwork } from "./network.js";
import { playBack, playTestSound, recordBriefly } from "./sound.js";

const HEARD_LEVEL = 0.35;
const root = /** @type {HTMLElement} */ (document.querySelector("[data-devices]"));
/** @param {string} name @returns {any} */
const part = (name) => document.querySelector(`[data-${name}]`);
/** @param {string} name */
const word = (name) => root.dataset[`word${name}`] ?? "";

/** @type {MediaStream | null} */ let stream = null;
/** @type {(() => void) | null} */ let stopLevel = null;
let wantsCamera = true;
let heard = false;
let asking = false;
let changed = false;

/** Ask for the devices; without a camera the microphone alone will do. What is chosen meanwhile is asked for next. */
async function open() {
  changed = true;
  if (asking) return;
  asking = true;
  while (changed) {
    changed = false;
    await ask();
  }
  asking = false;
}

async function ask() {
  close();
  showFault(null);
  try {
    stream = await devices();
    await show(stream);
  } catch (error) {
    showFault(standingFault() ?? faultOf(error));
  }
}

/** @returns {Promise<MediaStream>} */
async function devices() {
  const audio = audioConstraints(choices());
  if (!wantsCamera) return navigator.mediaDevices.getUserMedia({ audio });
  try {
    return await navigator.mediaDevices.getUserMedia({ audio, video: videoConstraints(choices()) });
  } catch (error) {
    const sound = await navigator.mediaDevices.getUserMedia({ audio });
    if (faultOf(error) !== "missing") showFault("camera");
    wantsCamera = false;
    return sound;
  }
}

/** @param {MediaStream} opened */
async function show(opened) {
  part("ask").hidden = true;
  part("after").hidden = false;
  part("record").disabled = false;
  showPicture(opened);
  stopLevel = watchLevel(opened, onLevel);
  if (!heard) part("heard").textContent = word("Quiet");
  for (const track of opened.getAudioTracks()) track.addEventListener("ended", () => { unhear(); showFault("unplugged"); });
  choose({ camera: wantsCamera });
  await fillPickers();
}

/** @param {MediaStream} opened */
function showPicture(opened) {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("video[data-self]"));
  const hasPicture = opened.getVideoTracks().length > 0;
  const hidden = part("hide").getAttribute("aria-pressed") === "true";
  video.srcObject = hasPicture ? opened : null;
  video.hidden = !hasPicture || hidden;
  part("camera-off").hidden = hasPicture;
  part("camera").setAttribute("aria-pressed", String(hasPicture));
  part("hide").hidden = !hasPicture;
}

/** @param {number} level */
function onLevel(level) {
  part("level").value = level;
  if (heard || level < HEARD_LEVEL) return;
  heard = true;
  part("heard").textContent = word("Heard");
  part("continue").removeAttribute("aria-disabled");
  part("anyway").hidden = true;
}

/** Another microphone is one that nobody has heard yet. */
function unhear() {
  heard = false;
  part("heard").textContent = word("Quiet");
  part("continue").setAttribute("aria-disabled", "true");
  part("anyway").hidden = false;
}

/** Every track is stopped, so that no light stays on. */
function close() {
  stopLevel?.();
  stopLevel = null;
  part("level").value = 0;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

async function fillPickers() {
  const found = await navigator.mediaDevices.enumerateDevices();
  for (const picker of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("[data-pick]"))) {
    const kind = /** @type {MediaDeviceKind} */ (picker.dataset.pick);
    const options = found.filter((item) => item.kind === kind && item.deviceId);
    picker.replaceChildren(...[new Option(word("Default"), ""), ...options.map((item) => new Option(item.label, item.deviceId))]);
    const wanted = choices()[kind] ?? "";
    picker.value = options.some((item) => item.deviceId === wanted) ? wanted : "";
    picker.disabled = options.length === 0;
  }
  part("speaker-field").hidden = !("setSinkId" in HTMLMediaElement.prototype);
}

async function recordAndHear() {
  if (!stream) return;
  const button = part("record");
  const label = part("record-word");
  button.disabled = true;
  try {
    label.textContent = word("Recording");
    const sound = await recordBriefly(stream);
    label.textContent = word("Playing");
    await playBack(sound, choices().audiooutput);
  } catch (error) {
    showFault(faultOf(error));
  } finally {
    label.textContent = word("Record");
    button.disabled = false;
  }
}

async function checkNetwork() {
  const result = await measureNetwork("/healthz");
  const line = part("network");
  line.textContent = word({ good: "NetworkGood", slow: "NetworkSlow", bad: "NetworkBad" }[result]);
  line.classList.add({ good: "status-good", slow: "status-warn", bad: "status-bad" }[result]);
}

part("allow").addEventListener("click", () => { wantsCamera = true; void open(); });
part("allow-audio").addEventListener("click", () => { wantsCamera = false; void open(); });
part("camera").addEventListener("click", () => { wantsCamera = !wantsCamera; void open(); });
part("hide").addEventListener("click", () => {
  part("hide").setAttribute("aria-pressed", String(part("hide").getAttribute("aria-pressed") !== "true"));
  if (stream) showPicture(stream);
});
part("test-speaker").addEventListener("click", () => void playTestSound(choices().audiooutput));
part("record").addEventListener("click", () => void recordAndHear());
part("continue").addEventListener("click", (/** @type {Event} */ event) => {
  if (part("continue").hasAttribute("aria-disabled")) event.preventDefault();
});
for (const picker of document.querySelectorAll("[data-pick]")) {
  picker.addEventListener("change", () => {
    const kind = /** @type {any} */ (picker).dataset.pick;
    choose({ [kind]: /** @type {HTMLSelectElement} */ (picker).value || undefined });
    if (kind === "audioinput") unhear();
    if (kind !== "audiooutput") void open();
  });
}
onRetry(() => void open());
navigator.mediaDevices?.addEventListener("devicechange", () => stream && void fillPickers());
window.addEventListener("pagehide", close);
if (standingFault()) showFault(standingFault());
void checkNetwork();
