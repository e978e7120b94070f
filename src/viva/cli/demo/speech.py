"""What the demo says: the bundled English answers, or anybody's own recording."""

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import av
from av.audio.codeccontext import AudioCodecContext

from viva.cli.saying import CannotDo
from viva.media import opus_packets

_RATE_HZ = 48_000
_PACKET_SAMPLES = 960
"""20 ms, as browsers send."""
_BUNDLED = ("conflict", "mistake", "ownership")


class Spoken(NamedTuple):
    """An answer as Opus packets, and its words where they are known."""

    packets: tuple[bytes, ...]
    words: str


def bundled() -> tuple[Spoken, ...]:
    """The answers that ship with the program; their making and licence are told beside them."""
    folder = Path(str(files("viva.stt"))) / "samples"
    return tuple(
        Spoken(tuple(opus_packets(folder / f"{name}.ogg")), (folder / f"{name}.txt").read_text())
        for name in _BUNDLED
    )


def own(path: Path) -> Spoken:
    """A recording in any format that FFmpeg reads. Raises `CannotDo` when there is no sound in it."""
    try:
        return Spoken(tuple(opus_packets(path)), "")
    except ValueError:
        pass  # not Ogg Opus: it has to be encoded first
    try:
        return Spoken(tuple(_encoded(path)), "")
    except (av.error.FFmpegError, IndexError):
        raise CannotDo(f"{path} holds no sound that can be read.") from None


def _encoded(path: Path) -> list[bytes]:
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = _RATE_HZ, "mono", "s16"
    resampler = av.AudioResampler("s16", "mono", _RATE_HZ, _PACKET_SAMPLES)
    packets: list[bytes] = []
    with av.open(str(path)) as file:
        for frame in file.decode(file.streams.audio[0]):
            for piece in resampler.resample(frame):
                packets += map(bytes, encoder.encode(piece))
    for piece in resampler.resample(None):
        packets += map(bytes, encoder.encode(piece))
    return packets + [bytes(packet) for packet in encoder.encode(None)]
