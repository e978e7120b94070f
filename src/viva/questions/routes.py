"""Positions over HTTP: reviewers read, admins write."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from viva.auth import UserPrincipal, requires_admin, requires_user
from viva.platform.database import Database
from viva.questions.model import Position, PositionDraft
from viva.questions.service import Positions


class PositionList(msgspec.Struct, frozen=True):
    """The newest first; `next_cursor` goes into `cursor` for what follows."""

    items: tuple[Position, ...]
    next_cursor: UUID | None


class PositionChange(PositionDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next version; with `expected_version` it is refused when another one came in between."""

    expected_version: int | None = None


@get("/api/positions", guards=[requires_user])
async def list_positions(
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
    active: FromQuery[bool] = False,
    cursor: FromQuery[UUID | None] = None,
    limit: FromQuery[int] = 50,
) -> PositionList:
    """All positions, or with `active` those that take interviews."""
    async with database.uow() as work:
        items = await positions.list(work, only_active=active, before=cursor, limit=limit)
    return PositionList(items, items[-1].id if 0 < limit <= len(items) else None)


@post("/api/positions", guards=[requires_admin])
async def create_position(
    data: JSONBody[PositionDraft],
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
) -> Position:
    """A new position."""
    return await database.run(lambda work: positions.create(work, data, created_by=_author(request)))


@get("/api/positions/{position_id:uuid}", guards=[requires_user])
async def read_position(
    position_id: FromPath[UUID],
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
    version: FromQuery[int | None] = None,
) -> Position:
    """The current version, or an earlier one."""
    async with database.uow() as work:
        return await positions.get(work, position_id, version)


@put("/api/positions/{position_id:uuid}", guards=[requires_admin])
async def change_position(
    position_id: FromPath[UUID],
    data: JSONBody[PositionChange],
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
) -> Position:
    """The position's next version."""
    return await database.run(
        lambda work: positions.update(
            work, position_id, data, created_by=_author(request), expected_version=data.expected_version
        )
    )


def _author(request: Request[Any, Any, Any]) -> UUID | None:
    return request.user.user_id if isinstance(request.user, UserPrincipal) else None


router = Router(path="/", route_handlers=[list_positions, create_position, read_position, change_position])
