"""One track each of sound and picture: RTP packets in, encoded packets and whole pictures out."""

import math
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from viva.audio import OPUS_RATE_HZ, VIDEO_RATE_HZ, AudioFormat, AudioPacket, VideoFrame
from viva.media.model import VideoCodec
from viva.media.rtp import opus
from viva.media.rtp.h264 import H264Joiner
from viva.media.rtp.order import Reorder, Timeline
from viva.media.rtp.pace import Pace
from viva.media.rtp.packet import RtpPacket
from viva.media.rtp.picture import Joiner
from viva.media.rtp.reception import Reception
from viva.media.rtp.rtcp import SenderReport
from viva.media.rtp.spoken import SpokenClock
from viva.media.rtp.vp8 import Vp8Joiner

AUDIO_HOLD_MS, AUDIO_HOLD_PACKETS = 40.0, 3
"""Sound goes to transcription at once; only a hole makes it wait. So long for a packet that was overtaken…"""
AUDIO_REPAIR_MS, AUDIO_REPAIR_PACKETS = 250.0, 32
"""…and so long for one that is sent again: a round trip around the world, four around a country."""
AUDIO_ASK_AGAIN_MS = 50.0
AUDIO_UNANSWERED = 8
"""A sender that answered none of so many requests for sound does not send again (not all browsers do)."""
VIDEO_HOLD_MS = 400.0
"""Pictures are only recorded: there is time for a few retransmissions."""
VIDEO_HOLD_PACKETS = 512
KEYFRAME_AGAIN_MS = 500.0
"""A request for a key frame is repeated after this long."""
KEYFRAME_EVERY_MS = 10_000.0
"""Browsers send key frames only when asked; one in ten seconds keeps the recording seekable."""

_FORMAT = AudioFormat()
_PER_MS = OPUS_RATE_HZ / 1000

Encoded = TypeVar("Encoded", AudioPacket, VideoFrame)


class Track(ABC, Generic[Encoded]):
    """What both kinds share: one source at a time, its statistics, its order, its timeline.

    `waiting` says whether packets are held back for a missing one. A packet that comes in order is passed on
    as it comes; only when one is missing are packets kept together with when they came.
    """

    def __init__(self, rate_hz: int) -> None:
        self.reception: Reception | None = None
        self.waiting = False
        self.taken = 0
        self.given_up = 0
        self.late = 0
        self._asked = 0
        self._recovered = 0
        self._rate_hz = rate_hz
        self._timeline = Timeline(rate_hz)
        self._order = self._new_order()
        self._ended: int | None = None

    def _new_order(self) -> Reorder[tuple[RtpPacket, float]]:
        return Reorder(hold_ms=VIDEO_HOLD_MS, hold_packets=VIDEO_HOLD_PACKETS)

    def receive(self, packet: RtpPacket, now_ms: float) -> list[Encoded]:
        """Take one packet that arrived now; returns what is now in order and whole."""
        reception = self.reception
        if reception is None or reception.ssrc != packet.ssrc:
            if packet.ssrc == self._ended:
                return []
            before = self.flush()
            self._change_source(packet.ssrc)
            return before + self.receive(packet, now_ms)
        number = reception.count(packet.sequence, packet.timestamp, len(packet.payload), now_ms)
        if self._order.passes(number):
            encoded = self._take(number, packet, now_ms)
            return [] if encoded is None else [encoded]
        return self._restored(self._order.push(number, (packet, now_ms), now_ms))

    def expire(self, now_ms: float) -> list[Encoded]:
        """Give up on packets missing for too long."""
        return self._restored(self._order.expire(now_ms))

    def flush(self) -> list[Encoded]:
        """Give up on all that is missing: nothing of it comes any more."""
        return self.expire(math.inf)

    def _restored(self, ready: list[tuple[int, tuple[RtpPacket, float]]]) -> list[Encoded]:
        self.waiting = self._order.waiting
        taken = (self._take(number, packet, received_ms) for number, (packet, received_ms) in ready)
        return [encoded for encoded in taken if encoded is not None]

    @abstractmethod
    def _take(self, number: int, packet: RtpPacket, received_ms: float) -> Encoded | None:
        """Take the next packet in order; what it completes."""

    def _change_source(self, ssrc: int) -> None:
        self._ended = self.reception.ssrc if self.reception is not None else None
        self._reset()
        self.reception = Reception(ssrc, self._rate_hz)

    def _reset(self) -> None:
        self._timeline.restart()
        self.given_up += self._order.given_up
        self.late += self._order.late
        self._asked += self._order.asked
        self._recovered += self._order.recovered
        self._order = self._new_order()
        self.waiting = False

    def report(self, report: SenderReport, now_ms: float) -> int | None:
        """Note a sender report of this track; its timestamp on this track's timeline, `None` if not ours."""
        if self.reception is None or report.ssrc != self.reception.ssrc:
            return None
        self.reception.note(report, now_ms)
        return self._timeline.place(report.timestamp)

    def bye(self, ssrc: int) -> list[Encoded]:
        """The source pauses or ends, if it is ours: what follows, even of the same SSRC, starts anew. Returns
        what had come before that.

        A browser says farewell whenever it stops sending, and goes on with the same SSRC later.
        """
        if self.reception is None or self.reception.ssrc != ssrc:
            return []
        before = self.flush()
        self._reset()
        self.reception = self._ended = None
        return before

    @property
    def lost(self) -> int:
        """Packets that were waited for and never came."""
        return self.given_up + self._order.given_up

    @property
    def asked(self) -> int:
        """Packets that were asked for again."""
        return self._asked + self._order.asked

    @property
    def recovered(self) -> int:
        """Those of them that then came in time."""
        return self._recovered + self._order.recovered

    def to_ask(self, now_ms: float) -> list[int]:
        """Sequence numbers, unwrapped, for a NACK now."""
        return self._order.to_ask(now_ms)


class AudioTrack(Track[AudioPacket]):
    """Opus, packet by packet. A lost one is asked for: Chromium sends sound again within a round trip.

    Sound that runs ahead of time is dropped; `ahead` counts its packets.
    """

    def __init__(self) -> None:
        super().__init__(OPUS_RATE_HZ)
        self.spoken = SpokenClock()
        self.ahead = 0
        self._pace = Pace()
        self._spoken_ms = -math.inf
        self._straddles = False

    def _new_order(self) -> Reorder[tuple[RtpPacket, float]]:
        return Reorder(
            hold_ms=AUDIO_REPAIR_MS, hold_packets=AUDIO_REPAIR_PACKETS, ask_again_ms=AUDIO_ASK_AGAIN_MS
        )

    def to_ask(self, now_ms: float) -> list[int]:
        """As for every track, as long as asking helps; else only overtaken packets are worth waiting for."""
        if self.asked >= AUDIO_UNANSWERED and not self.recovered:
            self._order.hold_ms, self._order.hold_packets = AUDIO_HOLD_MS, AUDIO_HOLD_PACKETS
            return []
        return super().to_ask(now_ms)

    def resume(self, silent_since_ms: float) -> None:
        """The sender was muted. Its encoder may have begun a packet before, and completes that now.

        It is passed over: what was said before would stand after the mute. Of a sender that went on sending
        each packet has its moment.
        """
        if self._spoken_ms <= silent_since_ms:
            self.spoken.restart()
            self._straddles = self.taken > 0

    def _take(self, _number: int, packet: RtpPacket, received_ms: float) -> AudioPacket | None:
        samples = opus.packet_samples(packet.payload)
        if not samples:
            return None
        if self._straddles:
            self._straddles = False
            return None
        if not self._pace.allows(samples / _PER_MS, received_ms):
            self.ahead += 1
            return None
        self.taken += 1
        timestamp = self._timeline.at(packet.timestamp, received_ms)
        self._spoken_ms = self.spoken.at(timestamp, received_ms)
        return AudioPacket(_FORMAT, timestamp, samples, packet.payload, self._spoken_ms)


class VideoTrack(Track[VideoFrame]):
    """VP8 or H.264, picture by picture; after a loss nothing until the next key frame, which it asks for."""

    def __init__(self, codec: VideoCodec) -> None:
        super().__init__(VIDEO_RATE_HZ)
        self.codec = codec
        self._broken = 0
        self._joiner = self._new_joiner()
        self._needs_keyframe = True
        self._asked_ms = -KEYFRAME_AGAIN_MS
        self._keyframe_ms = 0.0

    def _new_joiner(self) -> Joiner:
        return Vp8Joiner() if self.codec == "vp8" else H264Joiner()

    def _reset(self) -> None:
        super()._reset()
        self._broken += self._joiner.broken
        self._joiner = self._new_joiner()
        self._needs_keyframe = True

    def begin_anew(self) -> None:
        """Nothing until the next key frame, which is asked for; arrival tells its time."""
        self._needs_keyframe = True
        self._timeline.restart()

    @property
    def broken(self) -> int:
        """Pictures that were not whole, and holes between pictures."""
        return self._broken + self._joiner.broken

    def repair(self, packet: RtpPacket, now_ms: float) -> list[VideoFrame]:
        """Take a retransmission (RFC 4588): its payload begins with the number of the packet it repeats."""
        if self.reception is None or len(packet.payload) < 3:
            return []
        number = self.reception.number(int.from_bytes(packet.payload[:2], "big"))
        original = RtpPacket(
            packet.payload_type,
            packet.marker,
            number & 0xFFFF,
            packet.timestamp,
            self.reception.ssrc,
            packet.payload[2:],
        )
        return self._restored(self._order.push(number, (original, now_ms), now_ms))

    def wants_keyframe(self, now_ms: float) -> bool:
        """Whether a request for a key frame is due; asking counts."""
        due = self._needs_keyframe or now_ms - self._keyframe_ms > KEYFRAME_EVERY_MS
        if self.reception is None or not due or now_ms - self._asked_ms < KEYFRAME_AGAIN_MS:
            return False
        self._asked_ms = now_ms
        return True

    def _take(self, number: int, packet: RtpPacket, received_ms: float) -> VideoFrame | None:
        joiner = self._joiner
        broken = joiner.broken
        picture = joiner.push(number, packet.timestamp, packet.payload, marker=packet.marker)
        if joiner.broken != broken:
            self._needs_keyframe = True
        if picture is None or (self._needs_keyframe and not picture.keyframe):
            return None
        if picture.keyframe:
            self._needs_keyframe, self._keyframe_ms = False, received_ms
        self.taken += 1
        timestamp = self._timeline.at(packet.timestamp, received_ms)
        return VideoFrame(self.codec, timestamp, picture.data, picture.keyframe, received_ms)
