// Which page this is, for as long as it is loaded: so the server tells a page that comes back by itself from the one
// that the candidate uses by now.

/** Sixteen hexadecimal digits. Not stored: a reload, and a copy of a tab, is another page. */
export const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
