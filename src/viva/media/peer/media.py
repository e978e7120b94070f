"""What one connection does with decrypted RTP and RTCP: feeds its tracks, and the sink with what they make.

It also writes the reports and requests that go back. No I/O.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from viva.audio import AudioPacket, VideoFrame
from viva.media.model import ConnectionStats, MediaSink, SenderClock
from viva.media.rtp import rtcp
from viva.media.rtp.bandwidth import Bandwidth
from viva.media.rtp.packet import RtpPacket, parse
from viva.media.rtp.tracks import AudioTrack, VideoTrack
from viva.media.sdp import RemoteOffer

log = structlog.get_logger(__name__)

_NAME = b"viva"

_Way = tuple[Callable[[RtpPacket, float], Sequence[AudioPacket | VideoFrame]], Callable[[Any], None]]
"""From a payload type's packets to the sink."""


class Media:
    """The tracks of one connection, told apart by payload type (all are in one bundle)."""

    def __init__(self, offer: RemoteOffer, sink: MediaSink, connection_id: str) -> None:
        self._id = connection_id
        self._stats = ConnectionStats()
        self._refused = 0
        self._ssrc = secrets.randbits(32)
        self._sink = sink
        self._audio = audio = AudioTrack()
        self._video: VideoTrack | None = None
        self._ways: dict[int | None, _Way] = {}
        section = offer.video
        if section is not None:
            self._video = video = VideoTrack("h264" if section.codec == "h264" else "vp8")
            self._ways[section.repair_type] = (video.repair, sink.video)
            self._ways[section.payload_type] = (video.receive, sink.video)
        self._ways[offer.audio.payload_type] = (audio.receive, sink.audio)
        self._bandwidth = Bandwidth()

    @property
    def stats(self) -> ConnectionStats:
        """What was counted up to now."""
        self._refresh_stats()
        return self._stats

    @property
    def waiting(self) -> bool:
        """Whether some track holds packets back for a missing one."""
        return self._audio.waiting or (self._video is not None and self._video.waiting)

    def packet(self, data: bytes, now_ms: float) -> None:
        """Take one RTP packet; the sink is given what is now ready."""
        self._stats.datagrams += 1
        packet = parse(data)
        way = self._ways.get(packet.payload_type) if packet is not None else None
        if packet is None or way is None:
            self._refused += packet is None
            return
        receive, give = way
        ready = receive(packet, now_ms)
        if ready:
            self._give(give, ready)

    def begin_speech(self) -> None:
        """Somebody is about to speak."""
        self._audio.spoken.begin()

    def resume(self, silent_since_ms: float) -> None:
        """The sender goes on after it was muted."""
        self._audio.resume(silent_since_ms)
        if self._video is not None:
            self._video.begin_anew()

    def expire(self, now_ms: float) -> None:
        """Stop waiting for what has been missing for too long."""
        self._give(self._sink.audio, self._audio.expire(now_ms))
        if self._video is not None:
            self._give(self._sink.video, self._video.expire(now_ms))

    def flush(self) -> None:
        """At the end: give everything that is still held back."""
        self._give(self._sink.audio, self._audio.flush())
        if self._video is not None:
            self._give(self._sink.video, self._video.flush())

    def refuse(self) -> None:
        """Count a datagram that was not authentic, or one too many."""
        self._refused += 1

    def _give(
        self, give: Callable[[Any], None], ready: Sequence[AudioPacket | VideoFrame | SenderClock]
    ) -> None:
        try:
            for each in ready:
                give(each)
        except Exception:
            log.exception("media_sink_failed", connection=self._id)

    def control(self, data: bytes, now_ms: float) -> None:
        """Take one RTCP compound packet; the sink is given the sender's clocks in it."""
        clocks = list[SenderClock]()
        for item in rtcp.parse(data):
            if isinstance(item, rtcp.Bye):
                self._bye(item.ssrc)
                continue
            timestamp = self._audio.report(item, now_ms)
            if timestamp is not None:
                clocks.append(SenderClock("audio", timestamp, item.ntp_ms, now_ms))
            elif self._video is not None:
                timestamp = self._video.report(item, now_ms)
                if timestamp is not None:
                    clocks.append(SenderClock("video", timestamp, item.ntp_ms, now_ms))
        self._give(self._sink.clock, clocks)

    def _bye(self, ssrc: int) -> None:
        self._give(self._sink.audio, self._audio.bye(ssrc))
        if self._video is not None:
            self._give(self._sink.video, self._video.bye(ssrc))

    def reports(self, now_ms: float) -> bytes:
        """The once-a-second compound packet: receiver report, bandwidth, a key frame request when due."""
        receptions = [
            track.reception
            for track in (self._audio, self._video)
            if track is not None and track.reception is not None
        ]
        if not receptions:
            return b""
        blocks = [reception.block(now_ms) for reception in receptions]
        limit = self._bandwidth.update(max(reception.fraction_lost for reception in receptions))
        packet = rtcp.receiver_report(self._ssrc, blocks) + rtcp.description(self._ssrc, _NAME)
        packet += rtcp.bandwidth(self._ssrc, [reception.ssrc for reception in receptions], limit)
        return packet + self._picture_requests(now_ms)

    def requests(self, now_ms: float) -> bytes:
        """What has to be asked for right now: missing packets, a key frame; empty when nothing."""
        asked = self._missing(self._audio, now_ms) + self._picture_requests(now_ms)
        if not asked:
            return b""
        return rtcp.receiver_report(self._ssrc, []) + rtcp.description(self._ssrc, _NAME) + asked

    def _picture_requests(self, now_ms: float) -> bytes:
        video = self._video
        if video is None or video.reception is None:
            return b""
        asked = self._missing(video, now_ms)
        if video.wants_keyframe(now_ms):
            asked += rtcp.picture_loss(self._ssrc, video.reception.ssrc)
        return asked

    def _missing(self, track: AudioTrack | VideoTrack, now_ms: float) -> bytes:
        numbers = track.to_ask(now_ms) if track.reception is not None else []
        return rtcp.nack(self._ssrc, track.reception.ssrc, numbers) if numbers and track.reception else b""

    def farewell(self) -> bytes:
        """A goodbye for our own source."""
        return rtcp.receiver_report(self._ssrc, []) + rtcp.goodbye(self._ssrc)

    def _refresh_stats(self) -> None:
        stats = self._stats
        tracks = [track for track in (self._audio, self._video) if track is not None]
        stats.audio_packets = self._audio.taken
        stats.refused = self._refused + self._audio.ahead
        stats.lost = sum(track.lost for track in tracks)
        stats.late = sum(track.late for track in tracks)
        stats.asked = sum(track.asked for track in tracks)
        stats.recovered = sum(track.recovered for track in tracks)
        if self._video is not None:
            stats.video_frames = self._video.taken
            stats.broken_frames = self._video.broken
