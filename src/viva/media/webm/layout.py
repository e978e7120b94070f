"""The beginning of our files: a header of fixed length that is written over as more becomes known."""

from typing import Literal

import msgspec

from viva.audio import OPUS_RATE_HZ
from viva.media.rtp import opus
from viva.media.webm import ebml

HEADER_BYTES = 1024
"""Everything before the first cluster. What is not used is a void; parameter sets of H.264 fit in."""
SEGMENT_BODY = 64
"""Where the segment's body begins in every file of ours: positions in the index count from here."""
_EBML_BYTES = SEGMENT_BODY - 12
"""A segment's id and size take twelve; a void fills up the EBML header of either document type."""
AUDIO_TRACK, VIDEO_TRACK = 1, 2
MILLISECOND_NS = 1_000_000
_APPLICATION = "viva"


class VideoSettings(msgspec.Struct, frozen=True):
    """What a player must know before the first picture; `configuration` is H.264's avcC."""

    codec: Literal["vp8", "h264"]
    width: int
    height: int
    configuration: bytes = b""


class Tracks(msgspec.Struct, frozen=True):
    """Which tracks a file has: always sound, pictures once one came."""

    video: VideoSettings | None = None


def header(
    tracks: bytes,
    doc_type: str,
    *,
    duration_ms: int | None = None,
    size: int | None = None,
    cues: int | None = None,
) -> bytes:
    """`HEADER_BYTES` bytes. Without `size` the segment is open-ended: a file that still grows.

    `size` is the whole file's, `cues` the position in the file of the index.
    """
    segment = ebml.UNKNOWN_SIZE if size is None else size - SEGMENT_BODY
    start = _ebml_header(doc_type) + ebml.identifier(ebml.SEGMENT) + ebml.size(segment, 8)
    info = [ebml.unsigned(0x2AD7B1, MILLISECOND_NS)]
    info += [ebml.text(number, _APPLICATION) for number in (0x4D80, 0x5741)]
    if duration_ms is not None:
        info.append(ebml.real(0x4489, float(duration_ms)))
    body = _seek_head(cues - SEGMENT_BODY) if cues is not None else b""
    body += ebml.element(ebml.INFO, *info) + tracks
    return start + body + ebml.void(HEADER_BYTES - len(start) - len(body))


def _ebml_header(doc_type: str) -> bytes:
    numbers = (0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8), (0x4287, 4), (0x4285, 2)
    body = [ebml.unsigned(number, value) for number, value in numbers]
    body.append(ebml.text(0x4282, doc_type))
    rest = _EBML_BYTES - 5 - sum(len(each) for each in body)
    return ebml.element(ebml.EBML, *body, ebml.void(rest))


def _seek_head(cues: int) -> bytes:
    seek = ebml.element(0x53AB, ebml.identifier(ebml.CUES)), ebml.unsigned(0x53AC, cues, 8)
    return ebml.element(ebml.SEEK_HEAD, ebml.element(0x4DBB, *seek))


def doc_type(tracks: Tracks) -> str:
    """WebM allows no H.264; Matroska does, and browsers play both."""
    return "matroska" if tracks.video is not None and tracks.video.codec == "h264" else "webm"


def track_entries(tracks: Tracks) -> bytes:
    """The Tracks element."""
    entries = [_audio_entry()]
    if tracks.video is not None:
        entries.append(_video_entry(tracks.video))
    return ebml.element(ebml.TRACKS, *entries)


def _entry(number: int, kind: int, codec: str, *more: bytes) -> bytes:
    fields = [ebml.unsigned(0xD7, number), ebml.unsigned(0x73C5, number), ebml.unsigned(0x83, kind)]
    return ebml.element(0xAE, *fields, ebml.unsigned(0x9C, 0), ebml.text(0x86, codec), *more)


def _audio_entry() -> bytes:
    sound = ebml.element(0xE1, ebml.real(0xB5, float(OPUS_RATE_HZ)), ebml.unsigned(0x9F, 2))
    return _entry(AUDIO_TRACK, 2, "A_OPUS", ebml.element(0x63A2, opus.head()), sound)


def _video_entry(video: VideoSettings) -> bytes:
    picture = ebml.element(0xE0, ebml.unsigned(0xB0, video.width), ebml.unsigned(0xBA, video.height))
    if video.codec == "vp8":
        return _entry(VIDEO_TRACK, 1, "V_VP8", picture)
    return _entry(VIDEO_TRACK, 1, "V_MPEG4/ISO/AVC", ebml.element(0x63A2, video.configuration), picture)


def cues(points: list[tuple[int, int, int]]) -> bytes:
    """The index: `(time in ms, track, position of the cluster in the file)` each."""
    entries = []
    for time_ms, track, position in points:
        place = ebml.unsigned(0xF7, track), ebml.unsigned(0xF1, position - SEGMENT_BODY)
        entries.append(ebml.element(0xBB, ebml.unsigned(0xB3, time_ms), ebml.element(0xB7, *place)))
    return ebml.element(ebml.CUES, *entries)
