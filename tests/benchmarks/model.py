"""What a run is asked for and what it says, and the stamp that media and captions carry through the server.

Every process of a run is on one machine, so the monotonic clock is one clock: whoever sends a packet or a
caption writes the time into it, whoever gets it at the other end subtracts. The server carries the stamps
like any sound and any word and knows nothing of them, so measuring costs it nothing.
"""

import math
import time
from collections.abc import Sequence

import msgspec

STAMP_BYTES = 8
_WORD = "at"
_MS = 1_000_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `database` is a PostgreSQL to use instead of one of the run's own."""

    interviews: int = 1
    seconds: float = 10.0
    video: bool = True
    record: bool = True
    captions: bool = True
    """Whether the vendor hears words. Without, the run costs what media, relay and recording take."""
    database: str = ""
    model_url: str = ""
    """A server that speaks the Messages API; without, there is no language model."""
    follow_up_wait_s: float = 1.3
    """As `VIVA_FOLLOW_UP_WAIT_S`; its default."""
    callbacks: str = ""
    """A file for what `callbacks.record_callbacks` writes."""
    profile: str = ""
    """A file for a profile of the server; such a run's figures are not worth quoting."""


class Spread(msgspec.Struct, frozen=True):
    """Percentiles in milliseconds; NaN's place is null."""

    p50: float | None
    p95: float | None
    p99: float | None


class Tail(msgspec.Struct, frozen=True):
    """The one percentile that tells of stalls."""

    p99: float | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The contract's fields, in its order."""

    interviews: int
    seconds: float
    cpu_per_interview_pct: float
    rss_mb: float
    rss_per_interview_mb: float
    caption_relay_ms: Spread
    """Vendor's final read to frame written to the browser's socket, by the server's own count."""
    caption_outside_ms: Spread
    """The same from outside: the vendor sends, the browser has it."""
    uplink_ms: Spread
    loop_lag_ms: Tail
    packets_lost: int
    joining_s: float
    """From the first one's session until the last one speaks."""
    told_to_wait: int
    """How often somebody who joined was answered 503 and asked again."""
    utterances_expected: int
    utterances_received: int


def percentile(sorted_values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile; None of nothing."""
    if not sorted_values:
        return None
    return round(sorted_values[max(0, math.ceil(share * len(sorted_values)) - 1)], 3)


def spread(values: Sequence[float]) -> Spread:
    """The three percentiles of unsorted values."""
    ordered = sorted(values)
    return Spread(*(percentile(ordered, share) for share in (0.5, 0.95, 0.99)))


def stamped_sound(frames: Sequence[bytes]) -> bytes:
    """An Opus packet of frames of one size, with room for a stamp at its end: padding, legal and never heard.

    RFC 6716, section 3.2.5: code 3, how many frames, a padding length, the frames, the padding.
    """
    head = bytes((frames[0][0] | 3, 0x40 | len(frames), STAMP_BYTES))
    return b"".join((head, *(frame[1:] for frame in frames), bytes(STAMP_BYTES)))


def stamp() -> bytes:
    """Now, for the end of a sound packet."""
    return time.monotonic_ns().to_bytes(STAMP_BYTES, "big")


def age_ms(data: bytes) -> float:
    """How long ago the stamp at the end of `data` was made."""
    return (time.monotonic_ns() - int.from_bytes(data[-STAMP_BYTES:], "big")) / _MS


def stamp_word() -> str:
    """Now, as the last word of a caption."""
    return f"{_WORD}{time.monotonic_ns()}"


def caption_age_ms(text: str) -> float | None:
    """How long ago the last word of a caption was made; None if it is no stamp."""
    word = text.rpartition(" ")[2]
    if not word.startswith(_WORD) or not word[len(_WORD) :].isdigit():
        return None
    return (time.monotonic_ns() - int(word[len(_WORD) :])) / _MS
