"""Queries for résumés."""

from uuid import UUID

import msgspec
from sqlalchemy import column, delete, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from viva.resumes.model import Resume, ResumeQuestion
from viva.resumes.tables import ResumeQuestionRow, ResumeRow


async def find(db: AsyncSession, session_id: UUID) -> Resume | None:
    """The session's résumé."""
    query = select(ResumeRow).where(ResumeRow.session_id == session_id)
    row = await db.scalar(query.execution_options(populate_existing=True))
    return msgspec.convert(row, Resume, from_attributes=True) if row else None


async def change(db: AsyncSession, session_id: UUID, **values: object) -> None:
    """Set columns of the résumé."""
    await db.execute(update(ResumeRow).where(ResumeRow.session_id == session_id).values(**values))


async def remove(db: AsyncSession, session_id: UUID) -> None:
    """The résumé's row, for good."""
    await db.execute(delete(ResumeRow).where(ResumeRow.session_id == session_id))


async def drafts(db: AsyncSession, session_id: UUID) -> tuple[ResumeQuestion, ...]:
    """In the order in which they were drafted."""
    rows = await db.scalars(
        select(ResumeQuestionRow)
        .where(ResumeQuestionRow.session_id == session_id)
        .order_by(ResumeQuestionRow.number)
        .execution_options(populate_existing=True)
    )
    return tuple(msgspec.convert(row, ResumeQuestion, from_attributes=True) for row in rows)


async def change_draft(db: AsyncSession, draft_id: UUID, **values: object) -> None:
    """Set columns of one draft."""
    await db.execute(update(ResumeQuestionRow).where(ResumeQuestionRow.id == draft_id).values(**values))


async def remove_drafts(db: AsyncSession, session_id: UUID, *, but_asked: bool) -> None:
    """All of them, or all that did not become questions of the interview."""
    query = delete(ResumeQuestionRow).where(ResumeQuestionRow.session_id == session_id)
    if but_asked:
        query = query.where(ResumeQuestionRow.decision.in_(("open", "rejected")))
    await db.execute(query)


async def outlived(db: AsyncSession) -> list[UUID]:
    """Sessions that are over and whose résumé's text, or a draft that is not asked, is still kept."""
    over = select(_SESSIONS.c.id).where(_SESSIONS.c.status.in_(("completed", "expired", "withdrawn")))
    query = select(ResumeRow.session_id).where(ResumeRow.text != "", ResumeRow.session_id.in_(over))
    return list(await db.scalars(query))


_SESSIONS = table("sessions", column("id"), column("status"))
