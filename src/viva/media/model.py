"""The words of the media module: connections, who listens to them, what they count."""

from typing import Literal, Protocol

import msgspec

from viva.audio import AudioPacket, VideoFrame

VideoCodec = Literal["vp8", "h264"]
ConnectionState = Literal["connecting", "connected", "disconnected", "failed", "closed"]
"""`disconnected`: silent for five seconds, may come back. `failed` and `closed` are final."""


class Offer(msgspec.Struct, frozen=True):
    """A browser's session description as the API takes it; `type` is always `offer`."""

    sdp: str
    type: str = "offer"


class Answer(msgspec.Struct, frozen=True):
    """Ours, as the API returns it."""

    sdp: str
    type: str = "answer"


class SenderClock(msgspec.Struct, frozen=True):
    """The sender says: this timestamp of this track was at this time of my wall clock.

    Two of them put sound and picture in step. `timestamp` counts as the track's packets do, unwrapped.
    """

    kind: Literal["audio", "video"]
    timestamp: int
    sender_ms: float
    received_ms: float


class ConnectionStats(msgspec.Struct):
    """What one connection counted so far."""

    datagrams: int = 0
    audio_packets: int = 0
    video_frames: int = 0
    lost: int = 0
    late: int = 0
    asked: int = 0
    """Missing packets that the sender was asked for, and those of them that came in time."""
    recovered: int = 0
    refused: int = 0
    """Datagrams that were not authentic, not readable or over the limit, and sound that ran ahead of time."""
    broken_frames: int = 0


class MediaSink(Protocol):
    """Who takes what one connection receives. All calls come on the event loop and must not block.

    Packets come in order. An error raised by a sink is logged and does not disturb the connection.
    """

    def audio(self, packet: AudioPacket) -> None:
        """One Opus packet."""
        ...

    def video(self, frame: VideoFrame) -> None:
        """One whole picture. H.264 comes as NAL units with four-byte lengths, as Matroska stores it."""
        ...

    def clock(self, clock: SenderClock) -> None:
        """A sender report, about once a second or less often for each track."""
        ...

    def state(self, state: ConnectionState) -> None:
        """The connection changed its state; `failed` and `closed` come once and last."""
        ...


class MediaConnection(Protocol):
    """What brings one candidate's media, by whatever way."""

    def begin_speech(self) -> None:
        """Somebody is about to speak: a sender's count that stood still until now is believed no more."""
        ...

    def resume(self, silent_since_ms: float) -> None:
        """The sender goes on after it was muted: its count may have stood still, and a picture that builds on
        an earlier one is no use.

        Sound that was said after `silent_since_ms` shows that the sender went on counting.
        """
        ...

    async def close(self) -> None:
        """End it and free everything it held. Closing twice is fine."""
        ...

    async def wait_closed(self) -> ConnectionState:
        """Wait until it has ended, on whoever's side; returns `failed` or `closed`."""
        ...


class Fanout:
    """Gives everything to several sinks, in this order."""

    def __init__(self, *sinks: MediaSink) -> None:
        self._sinks = sinks

    def audio(self, packet: AudioPacket) -> None:
        """Pass on."""
        for sink in self._sinks:
            sink.audio(packet)

    def video(self, frame: VideoFrame) -> None:
        """Pass on."""
        for sink in self._sinks:
            sink.video(frame)

    def clock(self, clock: SenderClock) -> None:
        """Pass on."""
        for sink in self._sinks:
            sink.clock(clock)

    def state(self, state: ConnectionState) -> None:
        """Pass on."""
        for sink in self._sinks:
            sink.state(state)
