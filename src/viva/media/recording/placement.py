"""When a packet belongs in the file: sound when it was spoken, pictures by their own timestamps.

Pictures are anchored by arrival and tuned by sender reports. Sound is not: the recogniser goes by the same
moments, so that what was heard live and what is heard again from the file have one clock.
"""

import msgspec

from viva.audio import OPUS_RATE_HZ, VIDEO_RATE_HZ
from viva.media.model import SenderClock

PAUSE_MS = 1_000.0
"""After so long a silence, a timestamp that did not move on is taken for a pause, not for a delay."""
_EARLY_MS = 40.0
_STEP_MS = 5.0
"""Pictures are moved towards the sender's own timing this much at a time, so that nothing jumps."""
_BELIEVABLE_MS = 2_000.0
_SOUND_PER_MS = OPUS_RATE_HZ / 1000
_PICTURES_PER_MS = VIDEO_RATE_HZ / 1000


class _Pictures(msgspec.Struct):
    """The pictures' timestamps against the file's milliseconds."""

    offset: float | None = None
    arrived_ms: float = 0.0
    target: float | None = None

    def at(self, timestamp: int, arrival_ms: float) -> float:
        raw = timestamp / _PICTURES_PER_MS
        if self.offset is None:
            self.offset = arrival_ms - raw
        late_ms = arrival_ms - raw - self.offset
        paused = arrival_ms - self.arrived_ms > PAUSE_MS and late_ms > PAUSE_MS / 2
        if paused or late_ms < -_EARLY_MS:  # nothing arrives before it was seen
            self.offset += late_ms
        elif self.target is not None:
            self.offset += max(-_STEP_MS, min(_STEP_MS, self.target - self.offset))
        self.arrived_ms = arrival_ms
        return raw + self.offset


class Placement:
    """Milliseconds from the file's start, whose zero is the arrival of the first packet."""

    def __init__(self, zero_ms: float) -> None:
        self._zero_ms = zero_ms
        self._sound_offset: float | None = None
        self._pictures = _Pictures()
        self._sound: SenderClock | None = None

    def audio(self, timestamp: int, spoken_ms: float) -> int:
        """Where a sound packet belongs."""
        self._sound_offset = spoken_ms - self._zero_ms - timestamp / _SOUND_PER_MS
        return max(0, round(spoken_ms - self._zero_ms))

    def video(self, timestamp: int, received_ms: float) -> int:
        """Where a picture belongs."""
        return max(0, round(self._pictures.at(timestamp, received_ms - self._zero_ms)))

    def note(self, clock: SenderClock) -> None:
        """Learn from a sender report; sound leads, pictures follow."""
        if clock.kind == "audio":
            self._sound = clock
            return
        sound, offset = self._sound, self._sound_offset
        if sound is None or offset is None or self._pictures.offset is None:
            return
        file_ms = sound.timestamp / _SOUND_PER_MS + offset + clock.sender_ms - sound.sender_ms
        target = file_ms - clock.timestamp / _PICTURES_PER_MS
        if abs(target - self._pictures.offset) < _BELIEVABLE_MS:
            self._pictures.target = target
