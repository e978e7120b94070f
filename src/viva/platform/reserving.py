"""Reservations: the most that calls under way can use, set aside before them and settled after them (S34).

Two calls at once therefore see each other: what fits is decided under one lock. A reservation of a process
that died lapses by itself at its `until`; what had lapsed is thrown away by whoever comes next.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from viva.platform import budget
from viva.platform.budget import Barred, Budgets, Standing
from viva.platform.ids import uuid7
from viva.platform.language_model import Account
from viva.platform.spending import Spent
from viva.platform.tables import ReservationRow

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtext('viva.model_reservations'))")


class Reserved(msgspec.Struct, frozen=True):
    """It fits, and is set aside under this id until it is settled."""

    id: UUID


class DoesNotFit(msgspec.Struct, frozen=True):
    """The first budget that has no room; `passing`: only because of calls that are under way."""

    why: Barred
    passing: bool


async def reserve(
    db: AsyncSession,
    budgets: Budgets,
    account: Account,
    ahead: Spent,
    *,
    now: datetime,
    hold: timedelta,
    only_day: bool = False,
) -> Reserved | DoesNotFit:
    """Set `ahead` aside for `hold` at most, if it fits into every budget (or, `only_day`, into the day's).

    The unit of work should be short: others who reserve wait for its end.
    """
    await db.execute(_ONE_AT_A_TIME)
    await db.execute(delete(ReservationRow).where(ReservationRow.until <= now))
    standings = await budget.standings(db, budgets, account, now)
    refusal = _first_without_room([each for each in standings if each.scope == "day" or not only_day], ahead)
    if refusal is not None:
        return refusal
    row = ReservationRow(
        id=uuid7(),
        until=now + hold,
        session_id=account.session_id,
        position_key=account.position_key,
        tokens=ahead.tokens,
        cost_microusd=ahead.microusd,
    )
    db.add(row)
    await db.flush()
    return Reserved(row.id)


async def release(db: AsyncSession, reserved: Reserved) -> None:
    """Settle it: what was used is written in the same unit of work. Twice is once."""
    await db.execute(delete(ReservationRow).where(ReservationRow.id == reserved.id))


def _first_without_room(standings: Sequence[Standing], ahead: Spent) -> DoesNotFit | None:
    for standing in standings:
        if not standing.limit.leaves(standing.spent + standing.under_way, ahead):
            used_up = not standing.limit.leaves(standing.spent, ahead)
            return DoesNotFit(budget.BARRED[standing.scope], passing=not used_up)
    return None
