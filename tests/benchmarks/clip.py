"""Pre-encoded media: Opus at 32 kbit/s and VP8, 640x480, 24 pictures a second, 0.8 Mbit/s.

`clip.webm` lies beside this file; `make_clip.py` made it. A test picture and a tone: nobody's voice or face.
"""

from pathlib import Path

import av
import msgspec
from tests.benchmarks.model import stamped_sound

FILE = Path(__file__).with_name("clip.webm")
PICTURES_PER_S = 24
PACKET_SAMPLES = 960
_PAYLOAD_BYTES = 1_100


class Clip(msgspec.Struct, frozen=True):
    """Payloads to be sent in a circle: sound packets, and each picture's; the first is a key frame."""

    sound: tuple[bytes, ...]
    pictures: tuple[tuple[bytes, ...], ...]


def read(*, video: bool) -> Clip:
    """The file's packets, ready to be sent."""
    with av.open(str(FILE)) as container:
        packets = [(packet.stream.type, bytes(packet)) for packet in container.demux() if packet.size]
    sound = tuple(stamped_sound(data) for kind, data in packets if kind == "audio" and not data[0] & 3)
    pictures = tuple(_in_packets(data) for kind, data in packets if kind == "video" and video)
    return Clip(sound, pictures)


def _in_packets(picture: bytes) -> tuple[bytes, ...]:
    """With VP8's one-byte payload descriptor (RFC 7741)."""
    starts = range(0, len(picture), _PAYLOAD_BYTES)
    return tuple(
        (b"\x10" if start == 0 else b"\x00") + picture[start : start + _PAYLOAD_BYTES] for start in starts
    )
