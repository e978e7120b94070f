"""The queries of the interview record: rows in, values out."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from viva.questions import Criterion
from viva.sessions.model import Answer, Incident, NewUtterance, Question, Session, Utterance
from viva.sessions.tables import (
    AnswerRow,
    IncidentRow,
    MissedSpanRow,
    QuestionRow,
    SessionReviewerRow,
    SessionRow,
    UtteranceRow,
)
from viva.sessions.veil_store import is_hidden


def session_of(row: SessionRow) -> Session:
    """The row as a value."""
    return msgspec.convert(row, Session, from_attributes=True)


async def find(db: AsyncSession, session_id: UUID, *, lock: bool = False) -> Session | None:
    """The session; with `lock` nobody else changes it until this transaction ends."""
    query = select(SessionRow).where(SessionRow.id == session_id).execution_options(populate_existing=True)
    row = await db.scalar(query.with_for_update() if lock else query)
    return session_of(row) if row else None


async def change(db: AsyncSession, session_id: UUID, **values: object) -> Session:
    """Set columns and give the session as it stands after that."""
    row = await db.scalar(
        update(SessionRow)
        .where(SessionRow.id == session_id)
        .values(**values)
        .returning(SessionRow)
        .execution_options(populate_existing=True)
    )
    assert row is not None  # noqa: S101 (the caller holds the row's lock or has just found it)
    return session_of(row)


async def is_reviewer(db: AsyncSession, session_id: UUID, user_id: UUID) -> bool:
    """Whether this person was given the session to review."""
    return await db.get(SessionReviewerRow, (session_id, user_id)) is not None


async def add_reviewer(db: AsyncSession, session_id: UUID, user_id: UUID) -> None:
    """Give the session to a reviewer; twice is once."""
    await db.merge(SessionReviewerRow(session_id=session_id, user_id=user_id))


def visible(reviewer: UUID | None) -> Select[SessionRow]:
    """The sessions of one reviewer, or of everybody."""
    query = select(SessionRow)
    if reviewer is None:
        return query
    mine = select(SessionReviewerRow.session_id).where(SessionReviewerRow.user_id == reviewer)
    return query.where(or_(SessionRow.id.in_(mine), SessionRow.created_by == reviewer))


async def page(
    db: AsyncSession,
    query: Select[SessionRow],
    *,
    status: str | None,
    text: str | None,
    before: UUID | None,
    limit: int,
    reader: UUID | None = None,
) -> list[Session]:
    """The newest first, from the one before `before` on; no name is found that is hidden from `reader`."""
    if status:
        query = query.where(SessionRow.status == status)
    if text:
        like = _like(text)
        named = and_(SessionRow.user_name.ilike(like), not_(is_hidden(reader)))
        query = query.where(or_(named, SessionRow.position.ilike(like), _by_reference(text)))
    if before:
        query = query.where(SessionRow.id < before)
    rows = await db.scalars(query.order_by(SessionRow.id.desc()).limit(limit))
    return [session_of(row) for row in rows]


def _by_reference(text: str) -> ColumnElement[bool]:
    digits = text.strip().replace("-", "").lower()
    if not re.fullmatch("[0-9a-f]{8}", digits):
        return false()
    return cast(SessionRow.id, String).endswith(digits)


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def status_counts(db: AsyncSession, query: Select[SessionRow]) -> dict[str, int]:
    """How many sessions there are of each status."""
    inner = query.subquery()
    rows = await db.execute(select(inner.c.status, func.count()).group_by(inner.c.status))
    return {status: count for status, count in rows}  # noqa: C416 (a Row is a tuple by its name only)


async def criteria(db: AsyncSession, session_id: UUID) -> tuple[Criterion, ...]:
    """The rubric that this session began with."""
    raw = await db.scalar(select(SessionRow.criteria).where(SessionRow.id == session_id))
    return msgspec.convert(raw or [], tuple[Criterion, ...])


async def questions(db: AsyncSession, session_id: UUID) -> tuple[Question, ...]:
    """In the order in which they are asked."""
    rows = await db.scalars(
        select(QuestionRow).where(QuestionRow.session_id == session_id).order_by(QuestionRow.order)
    )
    return tuple(msgspec.convert(row, Question, from_attributes=True) for row in rows)


async def add_follow_up(db: AsyncSession, session_id: UUID, follows_id: UUID, text: str) -> Question:
    """Insert behind `follows_id`. Later ones move up by way of negative numbers: orders stay unique."""
    follows = await db.get_one(QuestionRow, follows_id)
    later = (QuestionRow.session_id == session_id, QuestionRow.order > follows.order)
    moved = (QuestionRow.session_id == session_id, QuestionRow.order < 0)
    await db.execute(update(QuestionRow).where(*later).values(order=-QuestionRow.order - 1))
    await db.execute(update(QuestionRow).where(*moved).values(order=-QuestionRow.order))
    row = QuestionRow(
        session_id=session_id,
        order=follows.order + 1,
        text=text,
        competency=follows.competency,
        what_good_shows=follows.what_good_shows,
        follows_id=follows_id,
        follow_ups=max(0, follows.follow_ups - 1),
    )
    db.add(row)
    await db.flush()
    db.add(AnswerRow(question_id=row.id, session_id=session_id))
    await db.flush()
    return msgspec.convert(row, Question, from_attributes=True)


async def answers(db: AsyncSession, session_id: UUID) -> tuple[Answer, ...]:
    """One for each question, in the questions' order."""
    rows = await db.scalars(
        select(AnswerRow)
        .join(QuestionRow, QuestionRow.id == AnswerRow.question_id)
        .where(AnswerRow.session_id == session_id)
        .order_by(QuestionRow.order)
        .execution_options(populate_existing=True)
    )
    return tuple(msgspec.convert(row, Answer, from_attributes=True) for row in rows)


async def change_answer(db: AsyncSession, question_id: UUID, **values: object) -> None:
    """Set columns of one answer."""
    await db.execute(update(AnswerRow).where(AnswerRow.question_id == question_id).values(**values))


async def furthest_ms(db: AsyncSession, session_id: UUID) -> int:
    """The last moment on the interview's clock of which anything is stored; 0 if nothing is."""
    told = (
        *((AnswerRow, AnswerRow.start_ms), (AnswerRow, AnswerRow.end_ms)),
        *((UtteranceRow, UtteranceRow.end_ms), (MissedSpanRow, MissedSpanRow.end_ms)),
        (IncidentRow, IncidentRow.at_ms),
    )
    last = (
        select(func.max(moment)).where(row.session_id == session_id).scalar_subquery() for row, moment in told
    )
    return await db.scalar(select(func.greatest(*last))) or 0


async def utterances(
    db: AsyncSession, session_id: UUID, after_seq: int = 0, at_most: int | None = None
) -> tuple[Utterance, ...]:
    """What was said after number `after_seq`, in order; the first of it if there is more than `at_most`."""
    rows = await db.scalars(
        select(UtteranceRow)
        .where(UtteranceRow.session_id == session_id, UtteranceRow.seq > after_seq)
        .order_by(UtteranceRow.seq)
        .limit(at_most)
        .execution_options(populate_existing=True)
    )
    return tuple(_utterance(row) for row in rows)


def _utterance(row: UtteranceRow) -> Utterance:
    return msgspec.convert(row, Utterance, from_attributes=True)


async def add_utterance(db: AsyncSession, session_id: UUID, new: NewUtterance) -> Utterance:
    """Store under the session's next number. The counter's row lock makes numbers gapless and unique."""
    seq = await db.scalar(
        update(SessionRow)
        .where(SessionRow.id == session_id)
        .values(last_seq=SessionRow.last_seq + 1)
        .returning(SessionRow.last_seq)
    )
    assert seq is not None  # noqa: S101 (callers have found the session)
    values = msgspec.to_builtins(msgspec.structs.replace(new, question_id=None))
    await db.execute(
        insert(UtteranceRow).values(
            **{
                **values,
                "question_id": new.question_id,
                "session_id": session_id,
                "seq": seq,
            }
        )
    )
    return utterance_of(new, seq)


WRITE_UTTERANCES = """
with heard as (
    select * from jsonb_to_recordset($1::text::jsonb) as heard(
        session_id uuid, speaker text, question_id uuid, text text, start_ms int, end_ms int,
        confidence double precision, words jsonb, source text, late boolean
    )
), numbered as (
    update sessions set last_seq = last_seq + 1, updated_at = now()
    from heard where sessions.id = heard.session_id
    returning heard.*, sessions.last_seq as seq
)
insert into utterances (
    session_id, seq, speaker, question_id, text, start_ms, end_ms, confidence, words, source, late
)
select session_id, seq, speaker, question_id, text, start_ms, end_ms, confidence, words, source, late
from numbered
returning session_id, seq
"""
"""As `add_utterance` for several sessions at once, one utterance of each; `$1` is a JSON array of them."""


async def find_same(db: AsyncSession, session_id: UUID, new: NewUtterance) -> Utterance | None:
    """What was stored of these very words at this very place, if it was."""
    seq = await db.scalar(
        select(UtteranceRow.seq)
        .where(
            UtteranceRow.session_id == session_id,
            UtteranceRow.start_ms == new.start_ms,
            UtteranceRow.end_ms == new.end_ms,
            UtteranceRow.source == new.source,
            UtteranceRow.text == new.text,
        )
        .order_by(UtteranceRow.seq.desc())
        .limit(1)
    )
    return utterance_of(new, seq) if seq is not None else None


def utterance_of(new: NewUtterance, seq: int) -> Utterance:
    """What was written, under its number."""
    return Utterance(
        seq=seq,
        speaker=new.speaker,
        question_id=new.question_id,
        text=new.text,
        corrected_text=None,
        start_ms=new.start_ms,
        end_ms=new.end_ms,
        confidence=new.confidence,
        words=new.words,
        source=new.source,
        late=new.late,
    )


async def correct(db: AsyncSession, session_id: UUID, seq: int, text: str) -> bool:
    """Put the candidate's correction beside what was heard; False if there is no such utterance."""
    found = await db.scalar(
        update(UtteranceRow)
        .where(UtteranceRow.session_id == session_id, UtteranceRow.seq == seq)
        .values(corrected_text=text)
        .returning(UtteranceRow.seq)
    )
    return found is not None


async def incidents(db: AsyncSession, session_id: UUID) -> tuple[Incident, ...]:
    """What got in the way, oldest first."""
    rows = await db.scalars(
        select(IncidentRow).where(IncidentRow.session_id == session_id).order_by(IncidentRow.id)
    )
    return tuple(msgspec.convert(row, Incident, from_attributes=True) for row in rows)


async def last_incident(db: AsyncSession, session_id: UUID, kinds: Sequence[str]) -> str | None:
    """Which of these kinds came last, if any."""
    last = await _last_incident(db, session_id, kinds)
    return None if last is None else last.kind


async def drop_last_incident(db: AsyncSession, session_id: UUID, kinds: Sequence[str]) -> None:
    """Remove the one of these kinds that came last, if any."""
    last = await _last_incident(db, session_id, kinds)
    if last is not None:
        await db.delete(last)


async def _last_incident(db: AsyncSession, session_id: UUID, kinds: Sequence[str]) -> IncidentRow | None:
    row: IncidentRow | None = await db.scalar(
        select(IncidentRow)
        .where(IncidentRow.session_id == session_id, IncidentRow.kind.in_(kinds))
        .order_by(IncidentRow.id.desc())
        .limit(1)
    )
    return row


async def incident_count(db: AsyncSession, session_id: UUID) -> int:
    """How many are stored already."""
    count = await db.scalar(select(func.count()).where(IncidentRow.session_id == session_id))
    return count or 0


async def overdue(db: AsyncSession, now: datetime, statuses: Sequence[str]) -> list[UUID]:
    """Open sessions whose deadline has passed."""
    rows = await db.scalars(
        select(SessionRow.id).where(SessionRow.expires_at <= now, SessionRow.status.in_(statuses))
    )
    return list(rows)
