"""How much of what was heard is left in a candidate's correction of it. Pure.

A correction is for what recognition got wrong: a technical term, a name, an ending. It is not a second,
better answer. Words count as heard if they stand in what was heard, spaces aside ("쿠버 네티스" holds
"쿠버네티스"). Two shares of them must be large enough for a quote to carry a level by itself:

* of the whole correction, half (`WHOLE_MIN`). Speech of which more than half was heard wrong was hardly
  recognised at all, and is a person's to hear; an answer that was replaced or padded lies far below: what two
  unrelated answers share is small words.
* of the quote itself, three tenths (`QUOTE_MIN`), so that no sentence is smuggled into a long one that is
  otherwise unchanged. It is lower, because a quote is short and one mended term may be half of it.

What falls short keeps its quote and its second, and a person decides.
"""

import re
from collections import Counter

from viva.evaluation.cleaning import weight

WHOLE_MIN = 0.5
QUOTE_MIN = 0.3
JOINED_MIN = 6
"""In `cleaning.weight`: a shorter word counts only as a word of its own, since letters hold it by chance."""
_WORD = re.compile(r"\w+")


class Correction:
    """One corrected utterance: `text` stands in the place of what was `heard`."""

    def __init__(self, text: str, heard: str) -> None:
        self._heard = heard
        self._is_one = share_heard(text, heard) >= WHOLE_MIN

    def recognises(self, part: str) -> bool:
        """Whether this part of the text may stand for what was heard."""
        return self._is_one and share_heard(part, self._heard) >= QUOTE_MIN


def share_heard(text: str, heard: str) -> float:
    """The share of `text`, by weight, that lies in words that were heard; each counts as often as it was."""
    words, heard_words = _words(text), _words(heard)
    left, joined = Counter(heard_words), "".join(heard_words)
    found = 0
    for word in words:
        if left[word] > 0:
            left[word] -= 1
        elif weight(word) < JOINED_MIN or word not in joined:
            continue
        found += weight(word)
        if weight(word) >= JOINED_MIN:
            joined = joined.replace(word, " ", 1)
    total = sum(map(weight, words))
    return found / total if total else 1.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
