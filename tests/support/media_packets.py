"""Made-up encoded media at chosen times; the VP8 is a real picture, so that decoders take it."""

import base64

from viva.audio import AudioFormat, AudioPacket, VideoFrame

SILENCE = b"\xf8\xff\xfe"
"""Twenty milliseconds of silence as libopus encodes them."""


def sound(number: int, *, spoken_ms: float | None = None, step: int = 960) -> AudioPacket:
    """The packet of this number, 20 ms each, received when it was spoken unless said otherwise."""
    spoken = number * step / 48 if spoken_ms is None else spoken_ms
    return AudioPacket(AudioFormat(), 1_000_000 + number * step, step, SILENCE, spoken)


def picture(number: int, *, keyframe: bool = True, received_ms: float | None = None) -> VideoFrame:
    """A 16×16 key frame, 40 ms each; `keyframe=False` is an interframe in name and size only."""
    received = number * 40.0 if received_ms is None else received_ms
    data = KEYFRAME if keyframe else b"\x11" + b"i" * 500
    return VideoFrame("vp8", 5_000 + number * 3_600, data, keyframe, received)


KEYFRAME = base64.b64decode("8AIAnQEqEAAQAABHCIWFiIWEiAICAnWqA/gD+gINTRgA/v1u8//jmTcwxP+Obf/xYTwOKMj/8VEA")
