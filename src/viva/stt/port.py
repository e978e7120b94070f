"""The port to a recogniser: what the relay asks of every engine.

Times on a stream count from its first packet, in milliseconds of audio: the sum of the durations sent so
far. The relay alone knows where that lies on the interview's clock.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol, Self

import msgspec

from viva.audio import AudioFormat, AudioPacket, SpeechResult

EngineName = Literal["deepgram", "local"]


class StreamOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine has to know about an interview. `key_terms`: words that the position makes likely."""

    language: Literal["ko", "en"]
    key_terms: tuple[str, ...] = ()
    format: AudioFormat = AudioFormat()


class TranscriberStream(Protocol):
    """One unbroken stretch of recognition. Every call raises `StreamLost` once the engine is gone."""

    @property
    def engine(self) -> EngineName:
        """Who hears on it; goes with every result."""
        ...

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        """Hand over the next packets, at most a page of them; returns when the engine has taken them."""
        ...

    async def finalize(self) -> None:
        """Ask for a final on everything sent; it comes among the results with `forced` set, maybe blank."""
        ...

    async def keep_alive(self) -> None:
        """Tell the engine that the silence is meant."""
        ...

    async def end(self) -> None:
        """Say that no more audio comes; `results` ends after the last one."""
        ...

    def results(self) -> AsyncIterator[SpeechResult]:
        """Everything heard, on stream time, blank finals included (they say how far the engine is)."""
        ...


class Transcriber(Protocol):
    """A recogniser, one for the process. `name` is stored with every utterance that it heard.

    `async with` it once around its use: entering prepares in the background, leaving ends its threads.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_exc: object) -> None: ...

    @property
    def name(self) -> EngineName:
        """Which engine this is."""
        ...

    def session(self, options: StreamOptions) -> AbstractAsyncContextManager[TranscriberStream]:
        """Open a stream. Entering raises `Refused` (minutes) or `StreamLost` (try again)."""
        ...
