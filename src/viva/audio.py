"""The vocabulary of sound and picture that `media`, `stt` and `room` share. It imports nothing of ours.

Two clocks appear in these names. `received_ms` and `spoken_ms` are the process's monotonic clock in
milliseconds (`time.monotonic() * 1000`); `start_ms`/`end_ms` are milliseconds on the interview's own clock,
whose zero is the moment the interview began.
"""

from typing import Literal

import msgspec

OPUS_RATE_HZ = 48_000
"""RTP clock of Opus, whatever the encoder's internal rate (RFC 7587, section 4.1)."""
VIDEO_RATE_HZ = 90_000
"""RTP clock of VP8 and H.264 (RFC 7741, RFC 6184)."""


class AudioFormat(msgspec.Struct, frozen=True):
    """How a stream of audio packets is encoded."""

    codec: Literal["opus"] = "opus"
    sample_rate_hz: int = OPUS_RATE_HZ
    channels: int = 2


class AudioPacket(msgspec.Struct, frozen=True, gc=False):
    """One encoded Opus packet as the sender made it.

    `timestamp` counts samples at `format.sample_rate_hz`, unwrapped, so that it never decreases within a
    connection in delivery order; `duration` is in the same unit and comes from the packet's TOC byte.
    `spoken_ms` is when its sound began, as near as arrival and the sender's count tell together.
    """

    format: AudioFormat
    timestamp: int
    duration: int
    data: bytes
    spoken_ms: float


class VideoFrame(msgspec.Struct, frozen=True, gc=False):
    """One whole encoded picture (all of its RTP packets joined), never decoded here.

    `timestamp` counts at `VIDEO_RATE_HZ`, unwrapped.
    """

    codec: Literal["vp8", "h264"]
    timestamp: int
    data: bytes
    keyframe: bool
    received_ms: float


class Word(msgspec.Struct, frozen=True):
    """A recognised word on the interview's clock; `confidence` is the engine's own, 0 to 1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


class SpeechResult(msgspec.Struct, frozen=True, tag="result"):
    """What an engine heard. An interim (`is_final=False`) replaces the interim before it; a final stays.

    `forced` marks a final that answers a request to finish (Deepgram's `from_finalize`); `engine` names who
    heard it, once a relay has passed it on; `received_ms` is when the engine's word came
    in, 0 if nobody looked.
    """

    text: str
    is_final: bool
    start_ms: int
    end_ms: int
    confidence: float
    words: tuple[Word, ...] = ()
    forced: bool = False
    engine: str = ""
    received_ms: float = 0.0


class SpeechTrouble(msgspec.Struct, frozen=True, tag="trouble"):
    """Recognition is impaired; the recording goes on. `code` is stable and on the wire."""

    code: Literal["reconnecting", "unavailable", "refused", "overloaded"]
    retryable: bool


class SpeechRestored(msgspec.Struct, frozen=True, tag="restored"):
    """Recognition works again after `SpeechTrouble`."""


SpeechEvent = SpeechResult | SpeechTrouble | SpeechRestored
