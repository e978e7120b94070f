"""Opus packets for tests: from the spoken samples, or tones that say which word they are."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from tests.support.deepgram_ears import FIRST_HZ, RATE_HZ, STEP_HZ, Sound

from viva.audio import AudioFormat, AudioPacket

WORD_MS, GAP_MS = 200, 100
SAMPLES = Path(__file__).parents[2] / "src/viva/stt/samples"


def sample(name: str) -> Path:
    """An answer spoken in English; its words lie beside it in `.txt`."""
    return SAMPLES / f"{name}.ogg"


def sound_of(path: Path) -> Sound:
    """All of a file, mono, 48 kHz, decoded by FFmpeg."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
    return np.concatenate(frames).astype(np.float32)


def packets_of(path: Path, first_timestamp: int = 0) -> list[AudioPacket]:
    """The packets of an Ogg Opus file as they would come over RTP."""
    with av.open(str(path)) as container:
        raw = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
        channels = container.streams.audio[0].channels
    return list(_stamped(raw, channels, first_timestamp, 960))


def tones(words: Iterable[int], *, word_ms: int = WORD_MS, gap_ms: int = GAP_MS) -> Sound:
    """A burst for each number, as `ToneEars` understands them."""
    parts: list[Sound] = []
    time = np.arange(word_ms * 48) / RATE_HZ
    ramp = np.minimum(1, np.minimum(time, time[::-1]) * 100)
    for word in words:
        burst = 0.4 * ramp * np.sin(2 * np.pi * (FIRST_HZ + STEP_HZ * word) * time)
        parts += [burst.astype(np.float32), np.zeros(gap_ms * 48, np.float32)]
    return np.concatenate(parts)


def likeness(got: Sound, spoken: Sound) -> float:
    """The best correlation of two sounds within 20 ms: codecs begin with a delay of their own."""
    best = 0.0
    for shift in range(-960, 961, 8):
        left, right = got[max(0, shift) :], spoken[max(0, -shift) :]
        length = min(len(left), len(right))
        best = max(best, float(np.corrcoef(left[:length], right[:length])[0, 1]))
    return best


def encode(sound: Sound, *, stereo: bool = False, first_timestamp: int = 0) -> list[AudioPacket]:
    """20 ms Opus packets of a mono sound."""
    layout = "stereo" if stereo else "mono"
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, layout, "flt"
    encoder.bit_rate = 64_000
    encoder.open()
    raw: list[bytes] = []
    for start in range(0, len(sound), 960):
        piece = np.zeros(960, np.float32)
        part = sound[start : start + 960]
        piece[: len(part)] = part
        frame = av.AudioFrame.from_ndarray(
            np.repeat(piece, 2 if stereo else 1).reshape(1, -1), format="flt", layout=layout
        )
        frame.sample_rate, frame.pts = RATE_HZ, start
        raw += [bytes(packet) for packet in encoder.encode(frame)]
    raw += [bytes(packet) for packet in encoder.encode(None)]
    return list(_stamped(raw, 2 if stereo else 1, first_timestamp, 960))


def _stamped(raw: list[bytes], channels: int, first: int, duration: int) -> Iterator[AudioPacket]:
    format_ = AudioFormat(channels=channels)
    for index, data in enumerate(raw):
        stamp = first + index * duration
        yield AudioPacket(format_, stamp, duration, data, spoken_ms=stamp / 48)
