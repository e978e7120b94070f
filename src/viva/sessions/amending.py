"""Questions of one interview alone, put behind its planned ones before it begins.

At the end, so that everybody for the same position is asked the same up to there; before it begins, because a
candidate is told beforehand how many questions come.
"""

from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update

from viva.events import InterviewAdvanced
from viva.platform.database import Work
from viva.questions import PlannedQuestion, joined_key_terms
from viva.sessions import store
from viva.sessions.errors import InterviewBegun, SessionNotFound
from viva.sessions.model import Question, Session
from viva.sessions.tables import AnswerRow, QuestionRow


class Amendments:
    """Adds and takes back. Each method locks the session until the caller's unit of work ends."""

    async def locked(self, work: Work, session_id: UUID) -> Session:
        """The session, if its questions may still change. Raises `SessionNotFound`, `InterviewBegun`."""
        session = await store.find(work.db, session_id, lock=True)
        if session is None:
            raise SessionNotFound
        if not session.may_be_amended:
            raise InterviewBegun
        return session

    async def add(self, work: Work, session_id: UUID, planned: PlannedQuestion) -> Question:
        """Ask it last, word for word. Raises what `locked` raises."""
        session = await self.locked(work, session_id)
        last = await work.db.scalar(
            select(func.max(QuestionRow.order)).where(QuestionRow.session_id == session_id)
        )
        row = QuestionRow(
            session_id=session_id,
            order=(last or 0) + 1,
            text=planned.text,
            competency=planned.competency,
            what_good_shows=list(planned.what_good_shows),
            source_id=planned.id,
            follow_ups=planned.follow_ups,
        )
        work.db.add(row)
        await work.db.flush()
        work.db.add(AnswerRow(question_id=row.id, session_id=session_id))
        await work.db.flush()
        terms = joined_key_terms([msgspec.structs.replace(planned, key_terms=session.key_terms), planned])
        await store.change(work.db, session_id, key_terms=list(terms))
        work.emit(InterviewAdvanced(session_id=session_id))
        return msgspec.convert(row, Question, from_attributes=True)

    async def take_back(self, work: Work, session_id: UUID, question_id: UUID) -> None:
        """Ask it no more; later ones move up. Raises what `locked` raises."""
        await self.locked(work, session_id)
        order = await work.db.scalar(
            delete(QuestionRow)
            .where(QuestionRow.id == question_id, QuestionRow.session_id == session_id)
            .returning(QuestionRow.order)
        )
        if order is None:
            return
        # By way of negative numbers: orders stay unique while they move.
        later = (QuestionRow.session_id == session_id, QuestionRow.order > order)
        moved = (QuestionRow.session_id == session_id, QuestionRow.order < 0)
        await work.db.execute(update(QuestionRow).where(*later).values(order=1 - QuestionRow.order))
        await work.db.execute(update(QuestionRow).where(*moved).values(order=-QuestionRow.order))
        work.emit(InterviewAdvanced(session_id=session_id))
