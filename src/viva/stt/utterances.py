"""Cuts a stream of sound into utterances by the voice in it. Pure: fed with frames and their probabilities.

Whisper invents sentences in noise, so nothing reaches it that has no voice in it.
"""

from collections import deque

import msgspec
import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]

RATE_HZ = 16_000
FRAME = 512
"""Samples of one frame: what silero takes at 16 kHz, 32 ms."""
BEGINS_ABOVE, STAYS_ABOVE = 0.5, 0.35
"""Silero's own thresholds for the beginning and for the rest of speech."""
SILENCE_FRAMES = 22
"""0.7 s without voice end an utterance."""
LEAD_FRAMES = 10
"""0.3 s before the first voice belong to it: soft consonants are found late."""
LEAST_VOICED_FRAMES = 6
"""Less than 0.2 s of voice is a click or a cough."""
LONGEST_FRAMES = 15 * RATE_HZ // FRAME
"""Whisper sees 30 s at most; shorter pieces come back sooner."""
CUT_WITHIN_FRAMES = 3 * RATE_HZ // FRAME
"""A piece that grew too long is cut where its last three seconds are quietest."""


class Utterance(msgspec.Struct, frozen=True):
    """A stretch of voice, 16 kHz mono; `start` and `end` in samples since the stream began."""

    sound: Sound
    start: int
    end: int


class UtteranceCutter:
    """Feed it frame by frame; it gives back an utterance when one is complete."""

    def __init__(self) -> None:
        self._at = 0
        self._lead: deque[Sound] = deque(maxlen=LEAD_FRAMES)
        self._frames: list[Sound] = []
        self._voices: list[float] = []
        self._quiet = 0

    @property
    def quiet_until(self) -> int:
        """Everything before this sample is given out or has no voice in it."""
        return self._at - len(self._frames or self._lead) * FRAME

    def current(self) -> Utterance | None:
        """What is being said at the moment, so far."""
        return self._joined(len(self._frames)) if self._frames else None

    def add(self, frame: Sound, voice: float) -> Utterance | None:
        """Take the next frame with the probability that somebody speaks in it."""
        self._at += FRAME
        if not self._frames:
            self._lead.append(frame)
            if voice > BEGINS_ABOVE:
                self._begin(voice)
            return None
        self._frames.append(frame)
        self._voices.append(voice)
        self._quiet = 0 if voice > STAYS_ABOVE else self._quiet + 1
        if self._quiet >= SILENCE_FRAMES:
            return self.flush()
        if len(self._frames) >= LONGEST_FRAMES:
            tail = self._voices[-CUT_WITHIN_FRAMES:]
            return self._take(len(self._voices) - len(tail) + int(np.argmin(tail)) + 1)
        return None

    def flush(self) -> Utterance | None:
        """End what is being said here and now."""
        return self._take(len(self._frames))

    def _begin(self, voice: float) -> None:
        self._frames = list(self._lead)
        self._voices = [0.0] * (len(self._frames) - 1) + [voice]
        self._lead.clear()
        self._quiet = 0

    def _take(self, count: int) -> Utterance | None:
        voiced = sum(voice > BEGINS_ABOVE for voice in self._voices[:count])
        utterance = self._joined(count) if voiced >= LEAST_VOICED_FRAMES else None
        self._frames, self._voices = self._frames[count:], self._voices[count:]
        self._quiet = min(self._quiet, len(self._frames))
        return utterance

    def _joined(self, count: int) -> Utterance:
        start = self._at - len(self._frames) * FRAME
        return Utterance(np.concatenate(self._frames[:count]), start, start + count * FRAME)
