"""Which stretches of an answer nobody has transcribed, and which words heard again belong to them. Pure.

Whether somebody spoke in a stretch is not decided here: the engine hears it, and its voice detection says.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import msgspec

from viva.audio import SpeechResult, Word
from viva.sessions import left_of

SYLLABLE_MS = 60
"""Nothing that can be understood is shorter."""
BREATH_MS = 300
"""What is left beside an utterance and is shorter is a breath; what stands alone may be a whole "yes"."""


class Span(NamedTuple):
    """From and to, in milliseconds on the interview's clock."""

    start_ms: int
    end_ms: int


class MissedPart(NamedTuple):
    """A span that nobody transcribed, and the question it answers."""

    question_id: UUID
    span: Span


def untranscribed(answer: Span, recorded: Iterable[Span], heard: Iterable[Span]) -> list[Span]:
    """What was recorded of the answer and is in nobody's transcript, in order, without breaths."""
    stretches = [
        Span(max(answer.start_ms, start_ms), min(answer.end_ms, end_ms))
        for start_ms, end_ms in _joined(recorded)
    ]
    known = list(heard)
    left = [Span(*rest) for span in stretches for rest in left_of(span, known)]
    return [
        span
        for span in left
        if span.end_ms - span.start_ms >= (SYLLABLE_MS if span in stretches else BREATH_MS)
    ]


def belonging(results: Iterable[SpeechResult], span: Span) -> list[SpeechResult]:
    """The results cut down to the span: a word belongs to it when its middle lies in it.

    An engine hears a little more than the span, so that no word at its edges is cut; what lies outside has
    been transcribed already.
    """
    kept = (_cut(result, span) for result in results)
    return [result for result in kept if result.text]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start_ms <= joined[-1].end_ms:
            joined[-1] = Span(joined[-1].start_ms, max(joined[-1].end_ms, span.end_ms))
        else:
            joined.append(span)
    return joined


def _cut(result: SpeechResult, span: Span) -> SpeechResult:
    words = tuple(word for word in result.words if _is_in(word, span))
    if len(words) == len(result.words):
        whole = bool(words) or _is_in(result, span)
        return msgspec.structs.replace(result, text=result.text if whole else "")
    return msgspec.structs.replace(
        result,
        text=" ".join(word.text for word in words),
        words=words,
        start_ms=words[0].start_ms if words else result.start_ms,
        end_ms=words[-1].end_ms if words else result.end_ms,
    )


def _is_in(said: Word | SpeechResult, span: Span) -> bool:
    return span.start_ms <= (said.start_ms + said.end_ms) / 2 < span.end_ms
