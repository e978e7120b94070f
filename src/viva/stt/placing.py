"""From stream time to the interview's clock, and nothing twice. Pure."""

from viva.audio import SpeechResult, Word
from viva.stt.timeline import SAMPLES_PER_MS, Timeline


class Placed:
    """A result of a stream that began at tape position `origin`, with everything before `settled` said.

    `tape_end` is where the engine stands; `result` is on the interview's clock, blank when the result only
    repeats what is final already. A word belongs to what was said before when its middle lies there: an
    engine that is asked again may put its edges a little differently.
    """

    def __init__(self, heard: SpeechResult, origin: int, settled: int, timeline: Timeline) -> None:
        self._origin = origin
        self._timeline = timeline
        self.tape_end = min(self._tape(heard.end_ms), timeline.tape)
        start = max(self._tape(heard.start_ms), min(settled, self.tape_end))
        words = [word for word in heard.words if self._tape((word.start_ms + word.end_ms) / 2) >= settled]
        self.result = SpeechResult(
            text=_text(heard, words, repeats=self.tape_end <= settled),
            is_final=heard.is_final,
            start_ms=timeline.clock_ms(start),
            end_ms=timeline.clock_ms(self.tape_end, ending=True),
            confidence=heard.confidence,
            words=tuple(self._on_clock(word) for word in words),
            forced=heard.forced,
            received_ms=heard.received_ms,
        )

    def _tape(self, stream_ms: float) -> int:
        return self._origin + round(stream_ms * SAMPLES_PER_MS)

    def _on_clock(self, word: Word) -> Word:
        starts = self._timeline.clock_ms(self._tape(word.start_ms))
        ends = self._timeline.clock_ms(self._tape(word.end_ms), ending=True)
        return Word(word.text, starts, max(starts, ends), word.confidence)


def _text(heard: SpeechResult, kept: list[Word], *, repeats: bool) -> str:
    if len(kept) == len(heard.words):
        return "" if repeats and not kept else heard.text.strip()
    return " ".join(word.text for word in kept)
