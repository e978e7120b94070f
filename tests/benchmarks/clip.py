"""Pre-encoded media: Opus at 32 kbit/s and VP8, 640x480, 24 pictures a second, 0.8 Mbit/s.

`clip.webm` lies beside this file; `make_clip.py` made it. A test picture and a tone: nobody's voice or face.
"""

import math
from pathlib import Path

import av
import msgspec

FILE = Path(__file__).with_name("clip.webm")
PICTURES_PER_S = 24
FRAME_MS, FRAME_SAMPLES = 20, 960
_PICTURE_BYTES = 1_178
"""What Chromium puts into a packet at most, beside the payload descriptor; a picture's packets are even."""


class Clip(msgspec.Struct, frozen=True):
    """To be sent in a circle: Opus frames of 20 ms, and each picture's payloads; the first is a key frame."""

    sound: tuple[bytes, ...]
    pictures: tuple[tuple[bytes, ...], ...]


def read(*, video: bool) -> Clip:
    """The file's packets, ready to be sent."""
    with av.open(str(FILE)) as container:
        packets = [(packet.stream.type, bytes(packet)) for packet in container.demux() if packet.size]
    sound = tuple(data for kind, data in packets if kind == "audio" and not data[0] & 3)
    pictures = tuple(_in_packets(data) for kind, data in packets if kind == "video" and video)
    return Clip(sound, pictures)


def _in_packets(picture: bytes) -> tuple[bytes, ...]:
    """With VP8's one-byte payload descriptor (RFC 7741)."""
    step = math.ceil(len(picture) / math.ceil(len(picture) / _PICTURE_BYTES))
    starts = range(0, len(picture), step)
    return tuple((b"\x10" if start == 0 else b"\x00") + picture[start : start + step] for start in starts)
