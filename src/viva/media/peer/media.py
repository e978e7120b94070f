"""What one connection does with decrypted RTP and RTCP: tracks fed, reports and requests written. No I/O."""

import secrets

from viva.audio import AudioPacket, VideoFrame
from viva.media.model import ConnectionStats, SenderClock
from viva.media.rtp import rtcp
from viva.media.rtp.bandwidth import Bandwidth
from viva.media.rtp.packet import parse
from viva.media.rtp.tracks import AudioTrack, VideoTrack
from viva.media.sdp import RemoteOffer

_NAME = b"viva"
_FOREVER_MS = float("inf")


class Media:
    """The tracks of one connection, told apart by payload type (all are in one bundle)."""

    def __init__(self, offer: RemoteOffer) -> None:
        self.stats = ConnectionStats()
        self._ssrc = secrets.randbits(32)
        self._audio = AudioTrack()
        self._audio_type = offer.audio.payload_type
        section = offer.video
        self._video = VideoTrack("h264" if section.codec == "h264" else "vp8") if section else None
        self._video_type = section.payload_type if section else None
        self._repair_type = section.repair_type if section else None
        self._bandwidth = Bandwidth()

    @property
    def waiting(self) -> bool:
        """Whether some track holds packets back for a missing one."""
        return self._audio.waiting or (self._video is not None and self._video.waiting)

    def packet(self, data: bytes, now_ms: float) -> tuple[list[AudioPacket], list[VideoFrame]]:
        """Take one RTP packet; returns what is now ready."""
        packet = parse(data)
        self.stats.datagrams += 1
        sound: list[AudioPacket] = []
        pictures: list[VideoFrame] = []
        if packet is None:
            self.stats.refused += 1
        elif packet.payload_type == self._audio_type:
            sound = self._audio.receive(packet, now_ms)
        elif self._video is not None and packet.payload_type == self._video_type:
            pictures = self._video.receive(packet, now_ms)
        elif self._video is not None and packet.payload_type == self._repair_type:
            pictures = self._video.repair(packet, now_ms)
        return self._counted(sound, pictures)

    def expire(self, now_ms: float) -> tuple[list[AudioPacket], list[VideoFrame]]:
        """Stop waiting for what has been missing for too long."""
        pictures = self._video.expire(now_ms) if self._video is not None else []
        return self._counted(self._audio.expire(now_ms), pictures)

    def flush(self) -> tuple[list[AudioPacket], list[VideoFrame]]:
        """At the end: everything that is still held back."""
        return self.expire(_FOREVER_MS)

    def _counted(
        self, sound: list[AudioPacket], pictures: list[VideoFrame]
    ) -> tuple[list[AudioPacket], list[VideoFrame]]:
        self.stats.audio_packets += len(sound)
        self.stats.video_frames += len(pictures)
        return sound, pictures

    def control(self, data: bytes, now_ms: float) -> list[SenderClock]:
        """Take one RTCP compound packet; returns the sender's clocks in it."""
        clocks = []
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
        return clocks

    def _bye(self, ssrc: int) -> None:
        if not self._audio.bye(ssrc) and self._video is not None:
            self._video.bye(ssrc)

    def reports(self, now_ms: float) -> bytes:
        """The once-a-second compound packet: receiver report, bandwidth, a key frame request when due."""
        receptions = [
            track.reception
            for track in (self._audio, self._video)
            if track is not None and track.reception is not None
        ]
        self._refresh_stats()
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
        """A goodbye for our own source; the counts are final."""
        self._refresh_stats()
        return rtcp.receiver_report(self._ssrc, []) + rtcp.goodbye(self._ssrc)

    def _refresh_stats(self) -> None:
        tracks = [track for track in (self._audio, self._video) if track is not None]
        self.stats.lost = sum(track.lost for track in tracks)
        self.stats.late = sum(track.late for track in tracks)
        self.stats.asked = sum(track.asked for track in tracks)
        self.stats.recovered = sum(track.recovered for track in tracks)
        if self._video is not None:
            self.stats.broken_frames = self._video.broken
