"""Speech as files that Chromium's fake microphone plays."""

import wave
from pathlib import Path

import numpy as np
from tests.support.opus import sample, sound_of

OWNERSHIP_WAV = Path(__file__).parent / "ownership.wav"
"""An answer of 12 seconds, English, 48 kHz, mono, 16 bit."""


def write_wav(name: str, folder: Path) -> Path:
    """The spoken sample `name` ("ownership", "conflict", "mistake") as a 48 kHz mono 16-bit WAV."""
    path = folder / f"{name}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((sound_of(sample(name)) * 32767).clip(-32768, 32767).astype(np.int16).tobytes())
    return path
