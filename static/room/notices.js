// What the server says of itself: passing news, and what impairs captions or recording for as long as it does.

const LASTING = ["captions", "recording"];
const OVER = ["captions_restored", "recording_recovered"];
const PASSING = [...OVER, "time_is_up", "restarting"];

/** @typedef {{code: string, message: string}} Notice */

/** @param {string} code @returns {string} what it is about: one box for each */
const familyOf = (code) => LASTING.find((family) => code.startsWith(`${family}_`)) ?? code;

export class Notices {
  /** @param {import("./troubles.js").Troubles} troubles */
  constructor(troubles) {
    this.troubles = troubles;
    /** @type {Map<string, string>} the words that stand, by family */ this.standing = new Map();
  }

  /** Something has happened. @param {Notice} notice */
  tell({ code, message }) {
    const over = OVER.includes(code);
    if (over) this.standing.delete(familyOf(code));
    else this.standing.set(familyOf(code), message);
    this.troubles.show(familyOf(code), message, over ? "good" : "info", PASSING.includes(code));
  }

  /**
   * All that is impaired now, whatever was missed before. What is shown already is not shown, or read out, again.
   * @param {Notice[] | undefined} impaired a server of before does not say
   */
  settle(impaired) {
    if (!impaired) return;
    for (const family of LASTING) {
      const notice = impaired.find(({ code }) => familyOf(code) === family);
      if (notice && notice.message !== this.standing.get(family)) this.tell(notice);
      else if (!notice && this.standing.delete(family)) this.troubles.clear(family);
    }
  }
}
