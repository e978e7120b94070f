// The room. The server's `state` is the truth and this page draws it; what a person does becomes a message.

import { Captions } from "./captions.js";
import { Countdown } from "./clock.js";
import { Corrections } from "./corrections.js";
import { draw, drawCamera, drawConnection, drawMute } from "./draw.js";
import { onRetry, showFault } from "./faults.js";
import { LiveChannel } from "./live.js";
import { MediaLink } from "./media.js";
import { Muting } from "./muting.js";
import { Notices } from "./notices.js";
import { part, root, word } from "./parts.js";
import { SelfView } from "./self.js";
import { Reader } from "./speech.js";
import { Troubles } from "./troubles.js";
import { TypedAnswer } from "./typed.js";
import { elsewhere } from "./view.js";

const MEDIA_PATIENCE_MS = 20_000;
const ANSWER_PATIENCE_MS = 15_000;
const TRIES_MANY = 5;
const sessionId = root.dataset.session ?? "";

/** @type {import("./live.js").State | null} */ let state = null;
/** @type {import("./view.js").Local} */
const local = { media: "idle", muted: false, silenced: false, typing: false, typedOnly: root.dataset.typed === "yes", waiting: false, starting: false, soundOnly: false };
let timeWord = "";
let waitTimer = 0;
let leaving = false;
let hiding = 0;
let wasHidden = false;

const troubles = new Troubles(part("trouble"), part("notice"));
const notices = new Notices(troubles);
const corrections = new Corrections(part("correct"), part("correction-form"), { heard: word("Heard"), corrected: word("Corrected") }, (seq, text) => tell({ type: "correct", seq, text }));
const captions = new Captions(root, word("Unsure"), corrections);
const countdown = new Countdown(part("timer"), part("timer-value"), timeLeft);
const selfView = new SelfView();
const reader = new Reader(root.dataset.language ?? "ko", () => redraw());
const live = new LiveChannel(sessionId, { onMessage: receive, onChannel: channel });
const muting = new Muting(sessionId, { tell: (on) => tell({ type: "mute", on }), onChange: (on) => { media.mute(on); drawMuted(); } });
const media = new MediaLink(sessionId, JSON.parse(root.dataset.iceServers ?? "[]"), {
  onState: mediaState,
  onStream: (stream) => { selfView.show(stream); drawCamera(media.hasPicture()); },
  onFault: (fault) => { showFault(fault); note(`media_${fault}`); },
  onEvent: note,
  onSilenced: silenced,
  onWay: (overSocket) => { local.soundOnly = overSocket; troubles.show("sound_only", overSocket ? word("SoundOnly") : "", "info"); },
  onTry: (attempt) => { if (attempt === TRIES_MANY) troubles.show("media", word("MediaFailed"), "bad"); },
}, muting.on);
const typed = new TypedAnswer(part("typed-form"), sessionId, { empty: word("Empty"), failed: word("SendFailed") }, { onSending: wait, onRefused: () => { live.close(); channel("refused"); } });

function redraw() {
  draw(state, local, reader.speaking, timeWord);
}

/** @param {any} message from the server */
function receive(message) {
  if (message.type === "state") become(message);
  else if (message.type === "stt_result") captions.show(message);
  else if (message.type === "corrected") corrections.stored(message.seq, message.text);
  else if (message.type === "question") reader.read(message.question.text);
  else if (message.type === "clock") countdown.set(message.deadline, message.server_time);
  else if (message.type === "media") media.told(message.state);
  else if (message.type === "notice") notices.tell(message);
  else if (message.type === "error") {
    wait(false);
    corrections.refused();
    troubles.show("error", message.message, "warn", true);
  }
}

/** @param {import("./live.js").State} next */
function become(next) {
  const away = elsewhere(next);
  if (away) return leave(away, next);
  const before = state;
  state = next;
  if (!local.typedOnly) muting.hear(next.media.muted);
  const stepped = before?.question_id !== next.question_id;
  if (stepped || before?.answering !== next.answering) wait(false);
  if (next.answering) local.starting = false;
  if (next.deadline !== before?.deadline) timeWord = "";
  part("extended").hidden = !(before?.deadline && next.deadline && next.deadline > before.deadline && !stepped) && (stepped || part("extended").hidden);
  countdown.set(next.deadline, next.server_time);
  captions.setQuestion(next.question_id);
  typed.setQuestion(next.question_id ?? "");
  if (stepped) newQuestion(before !== null);
  troubles.show("no_recogniser", next.stt === "off" && !local.typedOnly ? word("NoRecogniser") : "", "info");
  notices.settle(next.troubles);
  redraw();
  if (next.answering && !local.typedOnly && ["idle", "closed"].includes(local.media)) void media.open();
}

/** @param {boolean} moved whether there was another question before */
function newQuestion(moved) {
  const text = state?.question?.text ?? "";
  part("question").textContent = text;
  local.typing = false;
  if (!moved) return;
  part("question").focus();
  if (reader.automatic) reader.read(text);
}

/** A page that is left is hidden first, and that is no incident: only who is still there a second later was elsewhere. */
function visibility() {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(() => { wasHidden = true; note("tab_hidden"); }, 1000);
  else if (wasHidden) { wasHidden = false; note("tab_shown"); }
}

/** @param {import("./live.js").ChannelState} now */
function channel(now) {
  drawConnection(now, state !== null);
  if (now === "open") {
    corrections.resend();
    media.serverIsBack();
  }
  if (now === "replaced") muting.forget();
  if (now !== "replaced" && now !== "refused") return;
  media.close();
  selfView.hide();
  reader.stop();
  part(now === "replaced" ? "replaced" : "signed-out").showModal();
}

/** @param {import("./media.js").MediaState} now @param {string} [words] the server's, when it refused */
function mediaState(now, words) {
  const before = local.media;
  local.media = now;
  if (now === "connecting") showFault(media.pictureFault);
  if (now === "connected") {
    if (troubles.has("media")) troubles.show("media", word("MediaBack"), "good", true);
  } else if (now === "lost") {
    if (!troubles.has("media")) {
      troubles.show("media", word("MediaLost"));
      note("media_lost");
    }
  } else if (now === "failed") {
    local.starting = false;
    if (before !== "asking") troubles.show("media", media.fault ? "" : words || word("MediaFailed"), "bad");
  }
  redraw();
}

/** @param {boolean} now */
function silenced(now) {
  if (now !== local.silenced) note(now ? "device_silenced" : "device_unsilenced");
  local.silenced = now;
  redraw();
}

/** What is half written when the time is up is an answer all the same. @param {"minute" | "closing" | "over"} left */
function timeLeft(left) {
  if (left !== "minute" && (local.typing || local.typedOnly) && typed.hasDraft()) void typed.send();
  if (left === "closing") return;
  timeWord = word(left === "over" ? "TimeUp" : "MinuteLeft");
  redraw();
}

/** Sound first, then the answer: nobody speaks into a dead microphone. */
async function start() {
  if (!state?.question_id || local.starting) return;
  reader.stop();
  local.starting = true;
  redraw();
  await media.open();
  await until(() => local.media === "connected" || local.media === "failed", MEDIA_PATIENCE_MS);
  if (local.media === "connected" && local.starting) tell({ type: "start_answer", question_id: state.question_id });
  local.starting = false;
  redraw();
}

/** @param {() => boolean} condition @param {number} patienceMs @returns {Promise<void>} */
function until(condition, patienceMs) {
  const end = Date.now() + patienceMs;
  return new Promise((resolve) => {
    const look = () => (condition() || Date.now() > end ? resolve() : setTimeout(look, 50));
    look();
  });
}

/** @param {Record<string, unknown>} message @returns {boolean} */
function tell(message) {
  const sent = live.send(message);
  if (!sent) troubles.show("error", word("Reconnecting"), "warn", true);
  return sent;
}

/** Something worth writing down for both sides. @param {string} name @param {Record<string, string | number | boolean>} [detail] */
function note(name, detail = {}) {
  live.send({ type: "client_event", name, detail });
}

/** @param {boolean} waiting for the server; never for ever */
function wait(waiting) {
  clearTimeout(waitTimer);
  local.waiting = waiting;
  if (waiting) waitTimer = setTimeout(() => wait(false), ANSWER_PATIENCE_MS);
  redraw();
}

/** @param {string} address @param {import("./live.js").State} next */
function leave(address, next) {
  leaving = true;
  if (next.phase !== "consent") typed.forget();
  live.close();
  media.close();
  reader.stop();
  location.replace(address);
}

function toggleMute() {
  if (!part("mute").hidden) muting.toggle();
}

function drawMuted() {
  local.muted = muting.on;
  drawMute(muting.on);
  redraw();
}

function toggleCaptions() {
  const shown = part("captions").getAttribute("aria-pressed") !== "true";
  part("captions").setAttribute("aria-pressed", String(shown));
  captions.setShown(shown);
}

/** @param {boolean} typing */
function setTyping(typing) {
  local.typing = typing;
  local.starting = false;
  redraw();
  if (typing) part("typed-form").querySelector("textarea").focus();
}

function toggleReading() {
  reader.automatic = !reader.automatic;
  part("speak").setAttribute("aria-pressed", String(reader.automatic));
  if (reader.automatic) reader.read(state?.question?.text ?? "");
  else reader.stop();
}

async function toggleCamera() {
  part("camera").disabled = true;
  await media.camera(!media.hasPicture());
  part("camera").disabled = false;
}

/** Without a click only where permission was given before (on the page with the device check). */
async function openIfAllowed() {
  if (local.typedOnly) return;
  try {
    const answer = await navigator.permissions.query({ name: /** @type {PermissionName} */ ("microphone") });
    if (answer.state === "granted" && local.media === "idle") await media.open();
  } catch {
    // this browser does not say; the start button asks
  }
}

/** @param {KeyboardEvent} event */
function key(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog")) return;
  if (event.key === "c") toggleCaptions();
  if (event.key === "m") toggleMute();
}

const clicks = {
  start: () => void start(),
  finish: () => { if (tell({ type: "finish_answer", question_id: state?.question_id })) wait(true); },
  "more-time": () => tell({ type: "need_time" }),
  repeat: () => tell({ type: "repeat" }),
  type: () => setTyping(true),
  "speak-instead": () => setTyping(false),
  speak: toggleReading,
  mute: toggleMute,
  camera: () => void toggleCamera(),
  captions: toggleCaptions,
  "take-back": () => { part("replaced").close(); void live.take().then(() => { if (!local.typedOnly) void media.open(); }); },
};
for (const [name, act] of Object.entries(clicks)) part(name).addEventListener("click", (/** @type {MouseEvent} */ event) => {
  // the second click of a double click is not meant for the button that has come to stand there
  if (event.detail < 2 || !part("actions").contains(part(name))) act();
});
document.addEventListener("keydown", key);
document.addEventListener("visibilitychange", visibility);
navigator.mediaDevices?.addEventListener("devicechange", () => note("devices_changed"));
window.addEventListener("beforeunload", (event) => {
  if (!leaving && (state?.answering || typed.hasDraft())) event.preventDefault();
});
onRetry(() => void (media.pictureFault ? media.camera(true) : media.open()));
for (const name of ["replaced", "signed-out"]) part(name).addEventListener("close", () => {
  if (live.stopped) part(name).showModal(); // closed by Esc or Back, it would leave a page that does nothing
});
if (muting.on) drawMuted();
part("speak").hidden = !reader.available;
part("speak").setAttribute("aria-pressed", String(reader.automatic));
void live.take().then(openIfAllowed);
