"""When a packet belongs in the file: by its own timestamp, anchored by arrival, tuned by sender reports."""

import msgspec

from viva.audio import OPUS_RATE_HZ, VIDEO_RATE_HZ
from viva.media.model import SenderClock

PAUSE_MS = 1_000.0
"""After so long a silence, a timestamp that did not move on is taken for a pause, not for a delay."""
_EARLY_MS = 40.0
"""As in `stt.timeline`, so that what was heard live and what is heard again from the file have one clock."""
_STEP_MS = 5.0
"""Pictures are moved towards the sender's own timing this much at a time, so that nothing jumps."""
_BELIEVABLE_MS = 2_000.0


class _Line(msgspec.Struct):
    """One track's timestamps against the file's milliseconds."""

    per_ms: float
    offset: float | None = None
    arrived_ms: float = 0.0
    target: float | None = None

    def at(self, timestamp: int, arrival_ms: float) -> float:
        raw = timestamp / self.per_ms
        if self.offset is None:
            self.offset = arrival_ms - raw
        late_ms = arrival_ms - raw - self.offset
        paused = arrival_ms - self.arrived_ms > PAUSE_MS and late_ms > PAUSE_MS / 2
        if paused or late_ms < -_EARLY_MS:  # nothing arrives before it was said
            self.offset += late_ms
        elif self.target is not None:
            self.offset += max(-_STEP_MS, min(_STEP_MS, self.target - self.offset))
        self.arrived_ms = arrival_ms
        return raw + self.offset


class Placement:
    """Milliseconds from the file's start, whose zero is the arrival of the first packet."""

    def __init__(self, zero_ms: float) -> None:
        self._zero_ms = zero_ms
        self._lead = _Line(OPUS_RATE_HZ / 1000)
        self._follow = _Line(VIDEO_RATE_HZ / 1000)
        self._sound: SenderClock | None = None

    def audio(self, timestamp: int, received_ms: float) -> int:
        """Where a sound packet belongs."""
        return max(0, round(self._lead.at(timestamp, received_ms - self._zero_ms)))

    def video(self, timestamp: int, received_ms: float) -> int:
        """Where a picture belongs."""
        return max(0, round(self._follow.at(timestamp, received_ms - self._zero_ms)))

    def note(self, clock: SenderClock) -> None:
        """Learn from a sender report; sound leads, pictures follow."""
        if clock.kind == "audio":
            self._sound = clock
            return
        sound, lead, follow = self._sound, self._lead, self._follow
        if sound is None or lead.offset is None or follow.offset is None:
            return
        file_ms = sound.timestamp / lead.per_ms + lead.offset + clock.sender_ms - sound.sender_ms
        target = file_ms - clock.timestamp / follow.per_ms
        if abs(target - follow.offset) < _BELIEVABLE_MS:
            follow.target = target
