"""Results in, utterances out. Pure.

Every final that has words is an utterance of its own with the next sequence number: finals never change,
and one that is stored must not wait for what follows. An interim carries the number that its final will
get, so that a screen replaces it in place.
"""

import msgspec

from viva.audio import SpeechResult, Word


class SpokenLine(msgspec.Struct, frozen=True):
    """An utterance, or the interim of one (`is_final=False`); blank only to take an interim back."""

    seq: int
    text: str
    is_final: bool
    start_ms: int
    end_ms: int
    confidence: float
    words: tuple[Word, ...] = ()


class Assembler:
    """Numbers what one person says. Times never run backwards, whatever the engine reports."""

    def __init__(self, *, last_seq: int = 0, last_end_ms: int = 0) -> None:
        self.last_seq = last_seq
        """The number of the last utterance; set it forward when somebody else took numbers in between."""
        self._last_end_ms = last_end_ms
        self._interim_shown = False

    def add(self, result: SpeechResult) -> SpokenLine | None:
        """What became of the result: a line to show (and to store, if final), or None if nothing changed."""
        text = " ".join(result.text.split())
        if not text and not self._interim_shown:
            return None
        line = self._line(result, text)
        self._interim_shown = bool(text) and not result.is_final
        if text and result.is_final:
            self.last_seq, self._last_end_ms = line.seq, line.end_ms
        return line

    def _line(self, result: SpeechResult, text: str) -> SpokenLine:
        start_ms = max(result.start_ms, self._last_end_ms)
        end_ms = max(result.end_ms, start_ms)
        words = tuple(_within(word, start_ms, end_ms) for word in result.words) if text else ()
        return SpokenLine(
            seq=self.last_seq + 1,
            text=text,
            is_final=result.is_final and bool(text),
            start_ms=start_ms,
            end_ms=end_ms,
            confidence=_mean_confidence(words, result.confidence),
            words=words,
        )


def _within(word: Word, start_ms: int, end_ms: int) -> Word:
    begins = min(max(word.start_ms, start_ms), end_ms)
    return Word(word.text, begins, min(max(word.end_ms, begins), end_ms), word.confidence)


def _mean_confidence(words: tuple[Word, ...], otherwise: float) -> float:
    mean = sum(word.confidence for word in words) / len(words) if words else otherwise
    return round(min(max(mean, 0.0), 1.0), 4)
