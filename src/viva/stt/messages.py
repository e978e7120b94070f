"""What Deepgram sends, read without trust: any field may be missing or of any type. Pure, no SDK."""

from typing import Any

from viva.audio import SpeechResult, Word

ASIDES = frozenset(
    {"Metadata", "SpeechStarted", "UtteranceEnd", "Error", "ConfigureSuccess", "ConfigureFailure"}
)
"""Known messages that carry no words."""
_LONGEST_S = 1_000_000


class Unreadable(ValueError):
    """Not a message that we can use; the text says what is wrong with it, without anything that was said."""


def read(message: object, received_ms: float = 0.0) -> SpeechResult | None:
    """The decoded JSON as a result on stream time, or None for a known message without words.

    Raises `Unreadable`.
    """
    kind = _get(message, "type")
    if isinstance(kind, str) and kind in ASIDES:
        return None
    if kind != "Results":
        raise Unreadable("unknown type")
    start_ms = _milliseconds(_get(message, "start"), "start")
    end_ms = start_ms + _milliseconds(_get(message, "duration"), "duration")
    best = _best(message)
    text = _get(best, "transcript")
    if not isinstance(text, str):
        raise Unreadable("no transcript")
    return SpeechResult(
        text=text,
        is_final=_get(message, "is_final") is True,
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=_share(_get(best, "confidence")),
        words=_words(_get(best, "words")),
        forced=_get(message, "from_finalize") is True,
        received_ms=received_ms,
    )


def _get(thing: object, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else None


def _best(message: object) -> object:
    channel = _get(message, "channel")
    if channel is None:
        raise Unreadable("no channel")
    alternatives = _get(channel, "alternatives")
    if not isinstance(alternatives, list) or not alternatives:
        raise Unreadable("no alternatives")
    return alternatives[0]


def _milliseconds(seconds: Any, what: str) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Unreadable(f"no {what}")
    if not 0 <= seconds < _LONGEST_S:  # false for NaN, too
        raise Unreadable(f"{what} out of range")
    return round(seconds * 1000)


def _share(confidence: Any) -> float:
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        return 0.0
    return float(min(max(confidence, 0.0), 1.0)) if confidence == confidence else 0.0  # NaN is not itself


def _words(words: Any) -> tuple[Word, ...]:
    """All of them or none: with a part missing, the text could not be put together from its words."""
    try:
        return tuple(_word(word) for word in words)
    except (TypeError, Unreadable):
        return ()


def _word(word: object) -> Word:
    text = _get(word, "punctuated_word") or _get(word, "word")
    if not isinstance(text, str):
        raise Unreadable("a word without text")
    start_ms = _milliseconds(_get(word, "start"), "start")
    end_ms = max(start_ms, _milliseconds(_get(word, "end"), "end"))
    return Word(text, start_ms, end_ms, _share(_get(word, "confidence")))
