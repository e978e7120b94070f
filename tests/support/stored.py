"""What a recording really holds, block by block: for tests about what must not be in it."""

from collections.abc import Sequence
from pathlib import Path

import av
import msgspec
import numpy as np
from tests.support.deepgram_ears import RATE_HZ, Ears, Sound

from viva.media import Part
from viva.media.webm import blocks_of, clusters
from viva.media.webm.layout import AUDIO_TRACK


class Stored(msgspec.Struct, frozen=True):
    """Every block's moment on the interview's clock, and the sound itself."""

    sound_ms: list[int]
    picture_ms: list[int]
    sounds: list[Sound]

    def words(self, ears: Ears) -> list[str]:
        """What these ears find in the sound, with a second of silence at its end."""
        heard = np.concatenate([*self.sounds, np.zeros(RATE_HZ, np.float32)])
        return [word.text for word in ears.hear(heard)]


def stored_of(folder: Path, parts: Sequence[Part]) -> Stored:
    """All parts of a session's folder, in order."""
    found = Stored([], [], [])
    for part in parts:
        with av.open(str(folder / part.file)) as container:
            frames = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
        found.sounds.extend(np.asarray(frame, np.float32) for frame in frames)
        for data in clusters(folder / part.file) if part.start_ms is not None else ():
            for block in blocks_of(data):
                at_ms = block.time_ms + (part.start_ms or 0)
                if block.track == AUDIO_TRACK:
                    found.sound_ms.append(at_ms)
                else:
                    found.picture_ms.append(at_ms)
    return found
