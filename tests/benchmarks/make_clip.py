"""Makes `clip.webm`: `python -m tests.benchmarks.make_clip`. Only needed to change it."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer
from tests.benchmarks.clip import FILE, FRAME_SAMPLES, PICTURES_PER_S

SECONDS = 3
WIDTH, HEIGHT = 640, 480
VIDEO_BITS_PER_S, AUDIO_BITS_PER_S = 818_000, 32_000
GRAIN = 5


def main() -> None:
    """A tone that wanders, and a pattern that moves and is noisy enough to need its bits."""
    with av.open(str(FILE), "w", format="webm") as container:
        video = container.add_stream("libvpx", rate=PICTURES_PER_S)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.bit_rate = VIDEO_BITS_PER_S
        video.options = {"deadline": "realtime", "cpu-used": "8", "g": "1000", "max-intra-rate": "600"}
        audio = container.add_stream("libopus", rate=48_000, layout="stereo")
        audio.bit_rate = AUDIO_BITS_PER_S
        audio.options = {"vbr": "off", "frame_duration": "20"}
        for picture in _pictures():
            container.mux(video.encode(picture))
        for sound in _sound():
            container.mux(audio.encode(sound))
        _flush(container)


def _flush(container: OutputContainer) -> None:
    for stream in container.streams:
        container.mux(stream.encode(None))


def _pictures() -> Iterator[av.VideoFrame]:
    random = np.random.default_rng(1)
    grain = random.integers(-GRAIN, GRAIN, (HEIGHT + 64, WIDTH + 64), dtype=np.int16)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    scene = (128 + 60 * np.sin(columns / 25) * np.sin(rows / 31)).astype(np.int16)
    planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    for number in range(SECONDS * PICTURES_PER_S):
        down, right = (7 * number) % 64, (11 * number) % 64
        planes[:HEIGHT] = np.roll(scene, 3 * number, axis=1) + grain[down:, right:][:HEIGHT, :WIDTH]
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, PICTURES_PER_S)
        yield frame


def _sound() -> Iterator[av.AudioFrame]:
    time = np.arange(SECONDS * 48_000) / 48_000
    wave = (0.3 * np.sin(2 * np.pi * (220 + 40 * np.sin(3 * time)) * time)).astype(np.float32)
    for start in range(0, len(wave), FRAME_SAMPLES):
        samples = np.repeat(wave[start : start + FRAME_SAMPLES], 2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        yield frame


if __name__ == "__main__":
    main()
