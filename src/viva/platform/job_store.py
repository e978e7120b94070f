"""The queue's statements. Each is one short transaction by the database's clock, and none waits."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    Interval,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from viva.platform.database import Database
from viva.platform.ids import uuid7
from viva.platform.jobs import MAX_ATTEMPTS, ForSession, HeldJob, Job, Load
from viva.platform.tables import JobRow

CHANNEL = "viva_jobs"
"""A NOTIFY on it says that something is due now."""
_LONGEST_REASON = 500
_DIED = "The program ended in the middle of it, each time."

_FREE = or_(JobRow.lease_until.is_(None), JobRow.lease_until < func.now())
_DUE = (
    select(JobRow.id)
    .where(JobRow.held_at.is_(None), JobRow.due_at <= func.now(), _FREE)
    .where(JobRow.name.in_(bindparam("kinds", expanding=True)), JobRow.attempt < MAX_ATTEMPTS)
    .order_by(JobRow.due_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(JobRow)
    .where(JobRow.id == _DUE.c.id)
    .values(
        claim=bindparam("worker"),
        lease_until=func.now() + bindparam("lease", type_=Interval),
        started_at=func.coalesce(JobRow.started_at, func.now()),
        attempt=JobRow.attempt + 1,
    )
    .returning(JobRow.id, JobRow.name, JobRow.payload, JobRow.attempt)
)
"""Every process asks it every second; made anew each time it was most of what the garbage collector found."""
_HOLD_DEADLY = (
    update(JobRow)
    .where(JobRow.held_at.is_(None), JobRow.lease_until < func.now(), JobRow.attempt >= MAX_ATTEMPTS)
    .values(held_at=func.now(), claim=None, lease_until=None, reason=_DIED)
)
"""A job whose every attempt ended with its worker must not be given to another one."""


class JobsInTransaction:
    """Writes jobs into the caller's transaction: a rollback takes them along. A `database.JobWriter`."""

    async def enqueue(
        self, db: AsyncSession, name: str, payload: bytes, *, dedupe_key: str | None, delay_s: float
    ) -> None:
        """Write the row; a job of this name and `dedupe_key` that has not begun is kept instead.

        The kept row is changed and so locked until the caller commits: no worker begins with it before it
        can see what the caller wrote.
        """
        row = insert(JobRow).values(
            id=uuid7(),
            name=name,
            payload=payload,
            dedupe_key=dedupe_key,
            due_at=func.now() + timedelta(seconds=delay_s),
        )
        await db.execute(
            row.on_conflict_do_update(
                index_elements=["name", "dedupe_key"],
                index_where=text("started_at is null and held_at is null"),
                set_={"due_at": func.least(JobRow.due_at, row.excluded.due_at), "payload": payload},
            )
        )
        if delay_s <= 0:
            await db.execute(select(func.pg_notify(CHANNEL, "")))


async def has_open_job(db: AsyncSession, name: str, key_prefix: str) -> bool:
    """Whether a job of this name whose dedupe key begins so waits or is under way; held ones do not count."""
    query = select(JobRow.id).where(*_like(name, key_prefix), JobRow.held_at.is_(None))
    return await db.scalar(query.limit(1)) is not None


async def has_held_job(db: AsyncSession, name: str, key_prefix: str) -> bool:
    """The same of those that wait for a person."""
    query = select(JobRow.id).where(*_like(name, key_prefix), JobRow.held_at.is_not(None))
    return await db.scalar(query.limit(1)) is not None


def _like(name: str, key_prefix: str) -> tuple[ColumnElement[bool], ...]:
    return JobRow.name == name, JobRow.dedupe_key.startswith(key_prefix, autoescape=True)


async def release_held_like(db: AsyncSession, name: str, key_prefix: str) -> bool:
    """Give the held jobs of this name and beginning of the dedupe key a new start; False if there is none."""
    released = await db.scalars(_new_start(*_like(name, key_prefix)))
    if not released.all():
        return False
    await db.execute(select(func.pg_notify(CHANNEL, "")))
    return True


class Claim:
    """One attempt at a job by one worker; every change it makes is void once another has claimed the job."""

    def __init__(self, database: Database, job: Job, token: UUID) -> None:
        self.job = job
        self._database = database
        self._mine = (JobRow.id == UUID(job.id), JobRow.claim == token)

    async def extend(self, lease_s: float) -> bool:
        """Keep it for another `lease_s`; False if it is no longer ours."""
        return await self._change(lease_until=func.now() + timedelta(seconds=lease_s))

    async def done(self) -> None:
        """The work is finished: the row goes."""
        async with self._database.uow() as work:
            await work.db.execute(delete(JobRow).where(*self._mine))

    async def fail(self, reason: str, *, retry_s: float) -> None:
        """Count it, and try again in `retry_s` or, after `MAX_ATTEMPTS`, leave it to a person."""
        if self.job.attempt >= MAX_ATTEMPTS:
            await self._return(held_at=func.now(), reason=reason[:_LONGEST_REASON])
        else:
            await self._return(
                due_at=func.now() + timedelta(seconds=retry_s), reason=reason[:_LONGEST_REASON]
            )

    async def postpone(self, reason: str, *, delay_s: float) -> None:
        """Not its fault: try again in `delay_s` without counting this attempt."""
        await self._return(
            due_at=func.now() + timedelta(seconds=delay_s),
            attempt=JobRow.attempt - 1,
            reason=reason[:_LONGEST_REASON],
        )

    async def give_back(self) -> None:
        """We are stopping: the next worker may have it at once, and this attempt does not count."""
        if await self._return(attempt=JobRow.attempt - 1):
            async with self._database.uow() as work:
                await work.db.execute(select(func.pg_notify(CHANNEL, "")))

    async def _return(self, **values: object) -> bool:
        return await self._change(claim=None, lease_until=None, **values)

    async def _change(self, **values: object) -> bool:
        async with self._database.uow() as work:
            result = await work.db.execute(update(JobRow).where(*self._mine).values(**values))
            assert isinstance(result, CursorResult)  # noqa: S101 (what an UPDATE without RETURNING gives)
            return result.rowcount == 1


async def claim_due(database: Database, names: Collection[str], limit: int, lease_s: float) -> list[Claim]:
    """Up to `limit` due jobs of these names, the longest due first, ours for `lease_s`.

    The attempt is counted here and not when it fails, so that a job that kills its worker is counted too.
    """
    token = uuid4()
    given = {"kinds": list(names), "at_most": limit, "worker": token, "lease": timedelta(seconds=lease_s)}
    async with database.uow() as work:
        await work.db.execute(_HOLD_DEADLY)
        rows = (await work.db.execute(_CLAIM, given)).all()
    return [Claim(database, Job(str(row.id), row.name, row.payload, row.attempt), token) for row in rows]


async def held_jobs(database: Database) -> Sequence[HeldJob]:
    """What waits for a person, the longest held first."""
    columns = (JobRow.id, JobRow.name, JobRow.attempt, JobRow.reason, JobRow.held_at, JobRow.payload)
    async with database.uow() as work:
        rows = await work.db.execute(
            select(*columns).where(JobRow.held_at.is_not(None)).order_by(JobRow.held_at)
        )
        return tuple(
            HeldJob(
                id=str(row.id),
                name=row.name,
                attempts=row.attempt,
                reason=row.reason,
                since=row.held_at,
                session_id=_session_of(row.payload),
            )
            for row in rows
        )


def _session_of(payload: bytes) -> UUID | None:
    """Payloads are their handlers' own; one that names a session does it like `ForSession`."""
    try:
        return msgspec.json.decode(payload, type=ForSession).session_id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


async def load(database: Database) -> Load:
    """How much there is to do."""
    running = JobRow.lease_until > func.now()
    open_ = JobRow.held_at.is_(None)
    query = select(func.count().filter(open_, running.is_not(True)), func.count().filter(open_, running))
    async with database.uow() as work:
        waiting, running_now = (await work.db.execute(query)).one()
    return Load(queued=waiting, running=running_now)


async def release_held(database: Database, job_id: UUID) -> bool:
    """Make a held job due now, with all its attempts before it; False if there is none of this id."""
    async with database.uow() as work:
        released = (await work.db.execute(_new_start(JobRow.id == job_id))).scalar_one_or_none()
        await work.db.execute(select(func.pg_notify(CHANNEL, "")))
    return released is not None


def _new_start(*which: ColumnElement[bool]) -> ReturningUpdate[tuple[UUID]]:
    """Of the held ones among `which`."""
    return (
        update(JobRow)
        .where(JobRow.held_at.is_not(None), *which)
        .values(held_at=None, attempt=0, due_at=func.now(), reason=None)
        .returning(JobRow.id)
    )
