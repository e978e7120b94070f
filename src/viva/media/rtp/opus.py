"""Opus packets: how long one lasts, read from its first bytes (RFC 6716, section 3.1)."""

from viva.audio import OPUS_RATE_HZ

_LONGEST = OPUS_RATE_HZ * 120 // 1000
"""No packet may hold more than 120 ms."""
_SILK = (480, 960, 1920, 2880)
_HYBRID = (480, 960)
_CELT = (120, 240, 480, 960)


def frame_samples(toc: int) -> int:
    """Samples at 48 kHz of one frame under this table-of-contents byte: 2.5 to 60 ms."""
    configuration = toc >> 3
    if configuration < 12:
        return _SILK[configuration & 3]
    if configuration < 16:
        return _HYBRID[configuration & 1]
    return _CELT[configuration & 3]


_FRAME_SAMPLES = tuple(frame_samples(toc) for toc in range(256))


def packet_samples(data: bytes) -> int:
    """Samples at 48 kHz of the whole packet; 0 for a packet that Opus forbids (also the empty one)."""
    if not data:
        return 0
    toc = data[0]
    code = toc & 3
    if code == 3:
        if len(data) < 2:
            return 0
        frames = data[1] & 0x3F
    else:
        frames = 1 if code == 0 else 2
    samples = frames * _FRAME_SAMPLES[toc]
    return samples if samples <= _LONGEST else 0


def head(channels: int = 2) -> bytes:
    """`OpusHead` as WebM's CodecPrivate and Ogg's first page want it (RFC 7845, section 5.1): no pre-skip."""
    return b"OpusHead" + bytes((1, channels)) + b"\0\0" + OPUS_RATE_HZ.to_bytes(4, "little") + b"\0\0\0"
