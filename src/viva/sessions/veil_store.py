"""The queries of blind review: from whom a session's person is hidden, and who got to know when."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.sessions.model import Unveiling
from viva.sessions.tables import SessionRow, SessionUnveilingRow


def is_hidden(reader: UUID | None) -> ColumnElement[bool]:
    """Whether a session's person is hidden from this reader; never from None, who is no person."""
    if reader is None:
        return false()
    known = select(SessionUnveilingRow.session_id).where(SessionUnveilingRow.user_id == reader)
    return and_(SessionRow.blind_review, SessionRow.id.not_in(known))


async def hidden(db: AsyncSession, session_ids: Sequence[UUID], reader: UUID | None) -> set[UUID]:
    """Those of the sessions of which this reader does not know yet whose they are."""
    if reader is None:
        return set()
    query = select(SessionRow.id).where(SessionRow.id.in_(session_ids), is_hidden(reader))
    return set(await db.scalars(query))


async def add(db: AsyncSession, session_id: UUID, user_id: UUID, now: datetime, *, scored: bool) -> bool:
    """Write down that this person knows; False if that was written already."""
    row = {"session_id": session_id, "user_id": user_id, "scored": scored, "at": now}
    statement = insert(SessionUnveilingRow).values(row).on_conflict_do_nothing()
    return await db.scalar(statement.returning(SessionUnveilingRow.user_id)) is not None


async def unveilings(db: AsyncSession, session_id: UUID) -> tuple[Unveiling, ...]:
    """Who got to know it when, oldest first."""
    rows = await db.scalars(
        select(SessionUnveilingRow)
        .where(SessionUnveilingRow.session_id == session_id)
        .order_by(SessionUnveilingRow.at)
    )
    return tuple(msgspec.convert(row, Unveiling, from_attributes=True) for row in rows)
