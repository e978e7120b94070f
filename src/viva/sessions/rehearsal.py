"""One interview made and taken back when the server starts, so that the first real one finds all statements
ready: compiling them takes up to 7 ms at a time, in which no other interview would be heard.
"""

import contextlib
from datetime import UTC, datetime

from viva.platform.database import Database
from viva.platform.errors import Unavailable
from viva.questions import InterviewPlan, PlannedQuestion
from viva.sessions.model import NewSession
from viva.sessions.service import Sessions

_QUESTIONS = tuple(
    PlannedQuestion(id=f"rehearsal-{order}", order=order, text="?", competency="?", what_good_shows=())
    for order in (1, 2)
)
_PLAN = InterviewPlan(
    position_title="Rehearsal", language="en", questions=_QUESTIONS, criteria=(), source="bank"
)


class _TakenBackError(Exception):
    """Ends the rehearsal's unit of work, and with it the interview."""


async def rehearse(database: Database, sessions: Sessions) -> None:
    """Leaves nothing behind. Without a database there is nothing to rehearse with, and nothing is raised."""
    with contextlib.suppress(_TakenBackError, Unavailable):
        async with database.uow() as work:
            now = datetime.now(UTC)
            new = NewSession(user_name="Rehearsal", position="Rehearsal", language="en")
            session = await sessions.create(work, new, _PLAN, expires_at=now, created_by=None)
            await sessions.lock(work, session.id)
            await sessions.decide_consent(work, session.id, recording=True, ai_evaluation=False)
            await sessions.begin_clock(work, session.id, now)
            await sessions.record(work, session.id)
            raise _TakenBackError
