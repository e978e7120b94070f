"""Budgets of the language model: per session, per position and per day (S34).

Checked before a call with the most that it can use, and with the most that all calls under way can use
(`reserving`); the vendor's bill is what counts, but nobody learns of a runaway from the bill.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from viva.platform.language_model import Account, Ask, Reply
from viva.platform.settings import Settings
from viva.platform.spending import NOTHING, Limit, Prices, Spent, limit_of, prices_of
from viva.platform.tables import ReservationRow, SpendingRow

Scope = Literal["session", "position", "day"]
Barred = Literal["budget_session", "budget_position", "budget_day"]
BYTES_PER_TOKEN = 2
"""Cautious: English takes about four bytes for a token, Korean two to three."""


class Budgets(msgspec.Struct, frozen=True, kw_only=True):
    """The limits in force, what a token costs, and when a day begins."""

    session: Limit = Limit()
    position: Limit = Limit()
    day: Limit = Limit()
    prices: Prices | None = None
    time_zone: str = "UTC"

    def midnight_before(self, now: datetime) -> datetime:
        """When the day of `now` began."""
        zone = ZoneInfo(self.time_zone)
        return datetime.combine(now.astimezone(zone).date(), time(), zone)

    def midnight_after(self, now: datetime) -> datetime:
        """When the next one begins."""
        return self.midnight_before(self.midnight_before(now) + timedelta(hours=36))

    def cost_microusd(self, reply: Reply) -> int | None:
        """What the reply cost; None where no price is set."""
        return self.prices.cost_microusd(reply) if self.prices else None

    def most(self, asks: Sequence[Ask]) -> Spent:
        """The most that these calls can use."""
        replies = [_largest(ask) for ask in asks]
        cost = sum(self.cost_microusd(reply) or 0 for reply in replies)
        return Spent(sum(reply.input_tokens + reply.output_tokens for reply in replies), cost)


NO_LIMITS = Budgets()


class Standing(msgspec.Struct, frozen=True):
    """One budget for people to read: what was used, what may be, and what calls under way may use up yet."""

    scope: Scope
    spent: Spent
    limit: Limit
    under_way: Spent = NOTHING


def budgets_of(settings: Settings) -> Budgets:
    """The limits that are set."""
    return Budgets(
        session=limit_of(settings.budget_session),
        position=limit_of(settings.budget_position),
        day=limit_of(settings.budget_day),
        prices=prices_of(settings.llm_prices),
        time_zone=settings.time_zone,
    )


async def spend(
    db: AsyncSession, account: Account, *, purpose: str, model: str, spent: Spent, priced: bool, at: datetime
) -> None:
    """Write down what an answered call used."""
    if spent.tokens:
        db.add(
            SpendingRow(
                at=at,
                session_id=account.session_id,
                position_key=account.position_key,
                purpose=purpose,
                model=model,
                tokens=spent.tokens,
                cost_microusd=spent.microusd if priced else None,
            )
        )
        await db.flush()


async def refused(
    db: AsyncSession, account: Account, *, purpose: str, model: str, why: Barred, at: datetime
) -> None:
    """Write down, once for a session, that a call was not made; nothing is written where there is none."""
    if account.session_id is None:
        return
    row = SpendingRow(
        at=at,
        session_id=account.session_id,
        position_key=account.position_key,
        purpose=purpose,
        model=model,
        tokens=0,
        barred=why,
    )
    known = select(SpendingRow.id).where(
        SpendingRow.session_id == account.session_id,
        SpendingRow.purpose == purpose,
        SpendingRow.barred == why,
    )
    if await db.scalar(known.limit(1)) is None:
        db.add(row)
        await db.flush()


async def refusals(db: AsyncSession, session_id: UUID, purpose: str) -> tuple[Barred, ...]:
    """Which budgets kept calls of this purpose from being made in a session."""
    query = (
        select(SpendingRow.barred)
        .where(SpendingRow.session_id == session_id, SpendingRow.purpose == purpose)
        .where(SpendingRow.barred.is_not(None))
        .order_by(SpendingRow.id)
    )
    return tuple(msgspec.convert((await db.scalars(query)).all(), tuple[Barred, ...]))


async def standings(db: AsyncSession, budgets: Budgets, account: Account, now: datetime) -> list[Standing]:
    """All that hold for the account: what belongs to no session yet has no session's budget."""
    key, session_id = account.position_key, account.session_id
    found = [
        Standing(
            "position",
            await _spent(db, SpendingRow.position_key == key),
            budgets.position,
            await _under_way(db, now, ReservationRow.position_key == key),
        ),
        await day(db, budgets, now),
    ]
    if session_id is not None:
        spent = await _spent(db, SpendingRow.session_id == session_id)
        under_way = await _under_way(db, now, ReservationRow.session_id == session_id)
        found.insert(0, Standing("session", spent, budgets.session, under_way))
    return found


async def day(db: AsyncSession, budgets: Budgets, now: datetime) -> Standing:
    """Today's."""
    spent = await _spent(db, SpendingRow.at >= budgets.midnight_before(now))
    return Standing("day", spent, budgets.day, await _under_way(db, now))


BARRED: dict[Scope, Barred] = {
    "session": "budget_session",
    "position": "budget_position",
    "day": "budget_day",
}


async def _spent(db: AsyncSession, which: ColumnElement[bool]) -> Spent:
    sums = (
        cast(func.coalesce(func.sum(column), 0), BigInteger)
        for column in (SpendingRow.tokens, SpendingRow.cost_microusd)
    )
    row = (await db.execute(select(*sums).where(which))).one()
    return Spent(row[0], row[1])


async def _under_way(db: AsyncSession, now: datetime, *which: ColumnElement[bool]) -> Spent:
    sums = (
        cast(func.coalesce(func.sum(column), 0), BigInteger)
        for column in (ReservationRow.tokens, ReservationRow.cost_microusd)
    )
    row = (await db.execute(select(*sums).where(ReservationRow.until > now, *which))).one()
    return Spent(row[0], row[1])


def _largest(ask: Ask) -> Reply:
    sent = len((ask.system + ask.task + ask.user).encode())
    return Reply(text="", model="", input_tokens=sent // BYTES_PER_TOKEN, output_tokens=ask.max_tokens)
