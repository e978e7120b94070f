"""What was said and not transcribed yet: written down with the job that will do it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from viva.platform.database import Work
from viva.platform.ids import uuid7
from viva.platform.jobs import ForSession
from viva.sessions.model import MissedReason, MissedSpan
from viva.sessions.tables import MissedSpanRow, SessionRow

TRANSCRIBE_MISSED = "transcribe_missed"
"""The job, one for a session; its payload is `ForSession`."""


def left_of(span: tuple[int, int], known: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is in `span` and in none of the `known` ones, in order."""
    left = [span]
    for known_start, known_end in known:
        left = [
            rest
            for start, end in left
            for rest in (
                [(start, end)]
                if known_end <= start or known_start >= end
                else [(start, known_start), (known_end, end)]
            )
            if rest[0] < rest[1]
        ]
    return left


class MissedSpans:
    """Every method takes the caller's unit of work and commits nothing."""

    async def note(
        self,
        work: Work,
        session_id: UUID,
        question_id: UUID,
        span: tuple[int, int],
        *,
        reason: MissedReason,
        now: datetime,
        heard: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Write down that nobody transcribed `span` (milliseconds of the interview), and have it done.

        What of it was noted before, or was `heard`, is left out: spans never overlap, so no word is
        transcribed twice. Nothing is noted beside us in the meantime, because the session is locked.
        """
        if span[0] >= span[1]:
            return
        await work.db.execute(
            select(SessionRow.id).where(SessionRow.id == session_id).with_for_update(key_share=True)
        )
        known = [(noted.start_ms, noted.end_ms) for noted in await self.all(work, session_id)]
        fresh = left_of(span, [*known, *heard])
        if not fresh:
            return
        rows = [
            {
                "id": uuid7(),
                "session_id": session_id,
                "question_id": question_id,
                "start_ms": start_ms,
                "end_ms": end_ms,
                "reason": reason,
                "created_at": now,
            }
            for start_ms, end_ms in fresh
        ]
        await work.db.execute(insert(MissedSpanRow).values(rows))
        payload = msgspec.json.encode(ForSession(session_id))
        await work.enqueue(TRANSCRIBE_MISSED, payload, dedupe_key=f"{TRANSCRIBE_MISSED}:{session_id}")

    async def all(self, work: Work, session_id: UUID) -> tuple[MissedSpan, ...]:
        """Every span that was ever missed, in the order of the interview."""
        rows = await work.db.scalars(
            select(MissedSpanRow)
            .where(MissedSpanRow.session_id == session_id)
            .order_by(MissedSpanRow.start_ms, MissedSpanRow.id)
            .execution_options(populate_existing=True)
        )
        return tuple(msgspec.convert(row, MissedSpan, from_attributes=True) for row in rows)

    async def open(self, work: Work, session_id: UUID) -> tuple[MissedSpan, ...]:
        """The spans that are not transcribed yet."""
        return tuple(span for span in await self.all(work, session_id) if span.settled_at is None)

    async def settle(self, work: Work, span_id: UUID, now: datetime) -> bool:
        """Its words are stored in this unit of work. False if somebody else has settled it, or erased it."""
        settled = await work.db.scalar(
            update(MissedSpanRow)
            .where(MissedSpanRow.id == span_id, MissedSpanRow.settled_at.is_(None))
            .values(settled_at=now)
            .returning(MissedSpanRow.id)
        )
        return settled is not None

    async def sessions_answering(self, work: Work) -> tuple[UUID, ...]:
        """The sessions with a recorded answer under way: whoever starts now was not there to hear it."""
        ids = await work.db.scalars(
            select(SessionRow.id).where(
                SessionRow.answering_since.is_not(None), SessionRow.recording_consent.is_(True)
            )
        )
        return tuple(ids)
