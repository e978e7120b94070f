"""Quotes are looked up word for word in what the candidate said; a claim without one is no claim.

Pure. Compared are NFC, case and runs of spaces, nothing else: never fuzzy. A quote may run over consecutive
utterances of one answer, but it cannot be stitched from pieces, taken from the interviewer or cut out of the
middle of a word. What asks for a mark or speaks to the judge is never found: it proves nothing but the wish.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from uuid import UUID

import msgspec

from viva.audio import Word
from viva.evaluation.cleaning import weight
from viva.evaluation.correction import Correction
from viva.evaluation.suspicion import closed
from viva.sessions import Identity, Masked, cleaned, mask

SHORTEST_QUOTE = 8
"""In `weight`: two short English words or four Hangul syllables; less proves nothing."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One stored utterance as evaluation reads it, already `cleaned`."""

    seq: int
    question_id: UUID | None
    text: str
    start_ms: int
    end_ms: int
    by_candidate: bool = True
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    heard: str | None = None
    """What was heard where `text` is the candidate's correction of it."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate's own words and the stretch of the interview's clock in which they were said.

    `seq` is the utterance in which the quote begins; `confidence` is the recogniser's for these words, 0 to
    1, and None for what was typed. `corrected`: the candidate has corrected these words, `heard` is what
    stood there before, and `recognisable` says whether the two share enough, see `correction`.
    """

    quote: str
    seq: int
    start_ms: int
    end_ms: int
    confidence: float | None
    corrected: bool = False
    heard: str = ""
    recognisable: bool = True


class Run:
    """Consecutive utterances of the candidate within one answer, as one text."""

    def __init__(self, said: list[Said], identity: Identity) -> None:
        self.question_id = said[0].question_id
        self.text = " ".join(utterance.text for utterance in said)
        self.masked: Masked = mask(self.text, identity)
        self.starts: list[tuple[int, Said]] = []
        self._corrections = {
            one.seq: Correction(one.text, one.heard) for one in said if one.heard is not None
        }
        offset = 0
        for utterance in said:
            self.starts.append((offset, utterance))
            offset += len(utterance.text) + 1
        self._folded, self._places = _fold(self.masked.text)

    def find(self, folded_quote: str) -> Evidence | None:
        """The first place where the quote stands, whole words only."""
        start = self._folded.find(folded_quote)
        while start >= 0:
            end = start + len(folded_quote)
            if not _inside_word(self._folded, start) and not _inside_word(self._folded, end):
                first, last = self._places[start], self._places[end - 1] + 1
                span = self.masked.original_span(first, last)
                if not self.is_closed(*span):
                    return self.evidence(*span)
            start = self._folded.find(folded_quote, start + 1)
        return None

    def is_closed(self, start: int, end: int) -> bool:
        """Whether `start:end` of the text touches a sentence that is no evidence."""
        return any(start < last and end > first for first, last in self._closed)

    @cached_property
    def _closed(self) -> tuple[tuple[int, int], ...]:
        return closed(self.text)

    def evidence(self, start: int, end: int) -> Evidence:
        """`start:end` of the run's text as evidence, timed by its words where they are known."""
        parts = [
            (said, max(0, start - offset), min(len(said.text), end - offset))
            for offset, said in self.starts
            if start < offset + len(said.text) and end > offset
        ]
        timed = [_timed(said, first, last) for said, first, last in parts]
        sure = [
            (c, last - first)
            for (_, first, last), (_, _, c) in zip(parts, timed, strict=True)
            if c is not None
        ]
        letters = sum(length for _, length in sure)
        mended = [(said, said.text[first:last]) for said, first, last in parts if said.heard is not None]
        corrections = self._corrections
        return Evidence(
            quote=self.text[start:end],
            seq=parts[0][0].seq,
            start_ms=timed[0][0],
            end_ms=timed[-1][1],
            confidence=round(sum(c * length for c, length in sure) / letters, 3) if letters else None,
            corrected=bool(mended),
            heard=" ".join(said.heard for said, _ in mended if said.heard),
            recognisable=all(corrections[said.seq].recognises(part) for said, part in mended),
        )


class Transcript:
    """What the candidate said, searchable, and as it may leave the house."""

    def __init__(self, utterances: Iterable[Said], identity: Identity | None = None) -> None:
        self._identity = identity or Identity()
        self.runs = [Run(said, self._identity) for said in _runs(utterances)]

    def find(self, quote: str) -> Evidence | None:
        """Where the candidate said exactly this, or None."""
        folded, _ = _fold(cleaned(quote).strip())
        if weight(folded) < SHORTEST_QUOTE:
            return None
        return next((found for run in self.runs if (found := run.find(folded))), None)

    def passages(self, question_id: UUID | None = None) -> list[str]:
        """The masked texts, of one answer or of all, in the order in which they were said."""
        return [r.masked.text for r in self.runs if question_id is None or r.question_id == question_id]

    def only(self, question_id: UUID) -> "Transcript":
        """The same, narrowed to one answer."""
        narrowed = Transcript((), self._identity)
        narrowed.runs = [run for run in self.runs if run.question_id == question_id]
        return narrowed

    @property
    def weight(self) -> int:
        """How much was said, in `cleaning.weight`."""
        return sum(weight(run.text) for run in self.runs)

    @property
    def confidence(self) -> float | None:
        """The recogniser's mean confidence by length; None when all was typed."""
        heard = [
            (said.confidence, len(said.text))
            for run in self.runs
            for _, said in run.starts
            if said.confidence is not None
        ]
        letters = sum(length for _, length in heard)
        return sum(c * length for c, length in heard) / letters if letters else None


def _runs(utterances: Iterable[Said]) -> Iterator[list[Said]]:
    """Split where somebody else speaks, another question begins or a number is missing."""
    run: list[Said] = []
    for said in utterances:
        if run and (
            not said.by_candidate or (said.question_id, said.seq) != (run[-1].question_id, run[-1].seq + 1)
        ):
            yield run
            run = []
        if said.by_candidate and said.text:
            run.append(said)
    if run:
        yield run


def _fold(text: str) -> tuple[str, list[int]]:
    """Case folded, each run of spaces one space; with every letter's place in `text`."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        folded = " " if letter.isspace() else letter.casefold()
        if folded == " " and (not letters or letters[-1] == " "):
            continue
        letters += folded
        places += [place] * len(folded)
    return "".join(letters), places


_JOINS_WORDS = "'’‘ʼ＇-‐‑‒−/&_@+"
"""Between two letters or digits: "can't", "non-technical", "read/write"."""
_JOINS_DIGITS = ".,:·"
_SIGNS = "-−+.$€£₩"
"""Before a digit, where a number begins: a quote without its minus says the opposite."""
_ENDS_WORD = "%‰+#°"
"""After a letter or digit it still belongs to it: "20%", "C++"."""


def _inside_word(text: str, place: int) -> bool:
    """Whether a cut at `place` would go through a word or a number; half of one may mean the opposite."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if before.isalnum() and (after.isalnum() or after in _ENDS_WORD):
        return True
    if after.isdigit() and before in _SIGNS:
        return True
    return _joins(text, place) or _joins(text, place - 1)


def _joins(text: str, place: int) -> bool:
    """Whether the sign at `place` makes one word of what stands on both sides of it."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if text[place] in _JOINS_WORDS:
        return before.isalnum() and after.isalnum()
    return text[place] in _JOINS_DIGITS and before.isdigit() and after.isdigit()


def _timed(said: Said, start: int, end: int) -> tuple[int, int, float | None]:
    """When `start:end` of the utterance was said and how surely: by its words, else the utterance's."""
    touched = [word for word, first, last in _placed(said) if first < end and last > start]
    if not touched:
        return said.start_ms, said.end_ms, said.confidence
    confidence = sum(word.confidence for word in touched) / len(touched)
    return touched[0].start_ms, touched[-1].end_ms, confidence


def _placed(said: Said) -> list[tuple[Word, int, int]]:
    """Where each word stands in the text; empty unless every one is found in order and times go forward."""
    text, _ = _fold(said.text)
    if len(text) != len(said.text) or any(b.start_ms < a.start_ms for a, b in pairwise(said.words)):
        return []
    placed, cursor = [], 0
    for word in said.words:
        folded = _fold(cleaned(word.text).strip())[0]
        start = text.find(folded, cursor)
        if not folded or start < 0:
            return []
        cursor = start + len(folded)
        placed.append((word, start, cursor))
    return placed
