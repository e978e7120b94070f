// Why a microphone or camera cannot be used, as one of the words that the page has a text for.

/** @typedef {"denied"|"missing"|"busy"|"insecure"|"unplugged"|"unsupported"|"camera"|"unknown"} Fault */

/** @type {Record<string, Fault>} */
const BY_NAME = {
  NotAllowedError: "denied",
  PermissionDeniedError: "denied",
  NotFoundError: "missing",
  DevicesNotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
  SecurityError: "insecure",
  NotSupportedError: "unsupported",
};

/** @param {unknown} error what getUserMedia threw @returns {Fault} */
export function faultOf(error) {
  return (error instanceof Error && BY_NAME[error.name]) || "unknown";
}

/** @returns {Fault | null} what stands in the way before anybody is asked */
export function standingFault() {
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) return "unsupported";
  return null;
}

/** Show the box of one fault, or none. @param {Fault | null} fault */
export function showFault(fault) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-fault]"))) {
    box.hidden = box.dataset.fault !== fault;
  }
}

/** @param {() => void} retry */
export function onRetry(retry) {
  for (const button of document.querySelectorAll("[data-fault] [data-retry]")) button.addEventListener("click", retry);
}
