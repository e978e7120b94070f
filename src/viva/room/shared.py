"""What every running interview of this process shares."""

import copy
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from viva.media import MediaGate, Recorder, Recordings, Trouble
from viva.platform.clock import Clock
from viva.platform.database import Database
from viva.platform.ids import uuid7
from viva.room.following import FollowingUp
from viva.room.service import Interviewing
from viva.sessions import Sessions
from viva.stt import Transcriber


class Shared:
    """The shared parts, and how long until a moment."""

    def __init__(
        self,
        *,
        database: Database,
        sessions: Sessions,
        interviewing: Interviewing,
        gate: MediaGate,
        recordings: Recordings,
        transcriber: Transcriber | None,
        clock: Clock,
        following: FollowingUp,
    ) -> None:
        self.database = database
        self.sessions = sessions
        self.interviewing = interviewing
        self.gate = gate
        self.recordings = recordings
        self.transcriber = transcriber
        self.clock = clock
        self.following = following

    def told_by(self, clock: Clock) -> "Shared":
        """The same parts for one interview, whose present `clock` tells."""
        its_own = copy.copy(self)
        its_own.clock = clock
        return its_own

    def seconds_until(self, moment: datetime | None) -> float | None:
        """How long until then, not negative; None for never."""
        if moment is None:
            return None
        return max(0.0, (moment - self.clock.now()).total_seconds())

    def record(
        self,
        session_id: UUID,
        interview_ms: Callable[[float], int | None],
        on_trouble: Callable[[Trouble], None],
    ) -> Recorder:
        """A recorder for a new connection of this interview."""
        return self.recordings.record(
            session_id, new_connection_id(), interview_ms=interview_ms, on_trouble=on_trouble
        )


def new_connection_id() -> str:
    """Names a recording file; sorts by when the connection began."""
    return uuid7().hex
