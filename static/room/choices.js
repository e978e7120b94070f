// Which devices were chosen. Only device ids and whether the camera is wanted are kept, nothing about the person.

const KEY = "viva-devices";

/** @typedef {{audioinput?: string, videoinput?: string, audiooutput?: string, camera?: boolean}} Choices */

/** @returns {Choices} */
export function choices() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {}; // storage is forbidden or holds something else: start from the defaults
  }
}

/** @param {Choices} change */
export function choose(change) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...choices(), ...change }));
  } catch {
    // storage is forbidden: the choice holds for this page alone
  }
}

/** @param {Choices} chosen @returns {MediaTrackConstraints} */
export function audioConstraints(chosen) {
  return { ...device(chosen.audioinput), echoCancellation: true, noiseSuppression: true, autoGainControl: true };
}

/** @param {Choices} chosen @returns {MediaTrackConstraints} */
export function videoConstraints(chosen) {
  return { ...device(chosen.videoinput), width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } };
}

/** `ideal`, so that a device that is gone falls back to another one. @param {string | undefined} id */
function device(id) {
  return id ? { deviceId: { ideal: id } } : {};
}
