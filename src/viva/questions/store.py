"""Queries for positions."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from viva.questions.model import Position
from viva.questions.tables import PositionRow, PositionVersionRow


async def find(db: AsyncSession, position_id: UUID, version: int | None = None) -> Position | None:
    """The position in its current version, or in `version`."""
    wanted = PositionRow.current_version if version is None else version
    query = _joined(wanted).where(PositionRow.id == position_id)
    found = (await db.execute(query)).first()
    return _position(*found) if found else None


async def lock(db: AsyncSession, position_id: UUID) -> PositionRow | None:
    """The row, held until the unit of work ends, so that versions are numbered one after the other."""
    return await db.get(PositionRow, position_id, with_for_update=True)


async def page(
    db: AsyncSession, *, only_active: bool, before: UUID | None, limit: int
) -> tuple[Position, ...]:
    """The newest first, those made before `before`."""
    query = _joined(PositionRow.current_version).order_by(PositionRow.id.desc()).limit(limit)
    if only_active:
        query = query.where(PositionRow.active)
    if before is not None:
        query = query.where(PositionRow.id < before)
    return tuple(_position(*found) for found in await db.execute(query))


async def versions(db: AsyncSession, position_id: UUID) -> tuple[Position, ...]:
    """Every version, the newest first."""
    mine = PositionVersionRow.position_id == PositionRow.id
    query = (
        select(PositionRow, PositionVersionRow)
        .join(PositionVersionRow, mine)
        .where(PositionRow.id == position_id)
        .order_by(PositionVersionRow.version.desc())
    )
    return tuple(_position(*found) for found in await db.execute(query))


def _joined(version: Any) -> Select[PositionRow, PositionVersionRow]:
    mine = and_(
        PositionVersionRow.position_id == PositionRow.id,
        PositionVersionRow.version == version,
    )
    return select(PositionRow, PositionVersionRow).join(PositionVersionRow, mine)


def _position(row: PositionRow, version: PositionVersionRow) -> Position:
    values = {
        "id": row.id,
        "version": version.version,
        "title": version.title,
        "language": version.language,
        "description": version.description,
        "questions": version.questions,
        "criteria": version.criteria,
        "answer_limit_s": version.answer_limit_s,
        "preparation_s": version.preparation_s,
        "follow_up_depth": version.follow_up_depth,
        "resume_questions": version.resume_questions,
        "ask_unseen": version.ask_unseen,
        "show_numbers": version.show_numbers,
        "blind_review": version.blind_review,
        "active": row.active,
        "created_at": row.created_at,
        "updated_at": version.created_at,
    }
    return msgspec.convert(values, Position)
