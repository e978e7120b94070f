"""One async pool, and units of work that are committed before anybody is told.

`uow()` gives a `Work`: the SQLAlchemy session, the events to publish once the commit stands, and the durable
jobs that are written in the same transaction. Services take a `Work` and never commit.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from asyncpg import InterfaceError, PostgresError  # type: ignore[import-untyped]  # it ships no types
from asyncpg.exceptions import InternalClientError  # type: ignore[import-untyped]  # as above
from sqlalchemy import DateTime, MetaData, text
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import NullPool

from viva.platform.errors import Unavailable

POOL_SIZE = 10
ALONE_SIZE = 2
"""Connections for single statements, beside the pool."""
ACQUIRE_TIMEOUT_S = 2.0
"""F12: a starved pool answers 503 after this long instead of hanging."""
STATEMENT_TIMEOUT_MS = 15_000
KEPT_ALIVE_S = 60
"""An idle connection is heard of this often, so that no firewall on the way forgets it."""
CROSSED_TRIES = 8
"""F13: so often a transaction is tried that the server ends because it crossed another one."""
CROSSED_PAUSE_S = 0.02
_CROSSED = frozenset({"40001", "40P01"})
"""Serialization failure, deadlock: the whole transaction, done again, may well succeed."""
_PASSING = frozenset({"08", "40", "53", "57", "58"})
"""Connection lost, deadlock or serialization, out of resources, cancelled or shutting down, system error."""

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Base of every table. Foreign keys between modules go by table name; relationships stay inside one."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 (SQLAlchemy reads it off the class)


class Timestamped:
    """Mixin: when the row was made and last changed, by the database's clock, in UTC."""

    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), onupdate=lambda: datetime.now(UTC)
    )


class JobWriter(Protocol):
    """Writes a durable job in the caller's transaction; `platform.jobs` has the one that is used."""

    async def enqueue(
        self, db: AsyncSession, name: str, payload: bytes, *, dedupe_key: str | None, delay_s: float
    ) -> None:
        """Write the row. A second job with the same `dedupe_key` that has not run yet is the same job."""
        ...


class Publisher(Protocol):
    """Where committed events go."""

    def publish(self, event: Any) -> None:
        """Never waits."""
        ...


T = TypeVar("T")


class Crossed(Unavailable):
    """The server ended this transaction in favour of another one; nothing of it happened."""


class Work:
    """One unit of work: everything in it becomes true together, or not at all."""

    def __init__(self, db: AsyncSession, jobs: JobWriter) -> None:
        self.db = db
        self.events: list[Any] = []
        self._jobs = jobs

    def emit(self, event: Any) -> None:
        """Publish `event` after the commit; a rollback forgets it."""
        self.events.append(event)

    async def enqueue(
        self, name: str, payload: bytes, *, dedupe_key: str | None = None, delay_s: float = 0.0
    ) -> None:
        """Write a durable job in this transaction."""
        await self._jobs.enqueue(self.db, name, payload, dedupe_key=dedupe_key, delay_s=delay_s)


class Database:
    """The pool. Open with `async with`; `uow()` for writing, `uow()` for reading too: one way to do it."""

    def __init__(self, url: str, *, jobs: JobWriter, publisher: Publisher, pooled: bool = True) -> None:
        self._jobs = jobs
        self._publisher = publisher
        self.engine = _engine(url, pooled=pooled)
        self._alone = _engine(url, pooled=pooled, size=ALONE_SIZE)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._alone.dispose()
        await self.engine.dispose()

    @asynccontextmanager
    async def uow(self) -> AsyncIterator[Work]:
        """A transaction, committed when the block ends and before any event is published.

        Raises `Unavailable` when no connection is to be had, so that callers see one error for it; its kind
        `Crossed` after a deadlock, which `run` answers by doing it all again. The driver's
        `InternalClientError` is a connection on which the server has just said that it ends.
        """
        async with self._sessions() as session:
            work = Work(session, self._jobs)
            try:
                async with session.begin():
                    await _connect(session)
                    yield work
            except (ConnectionError, TimeoutError, InternalClientError) as error:
                raise Unavailable from error
            except DBAPIError as error:
                if _sqlstate(error) in _CROSSED:
                    raise Crossed from error
                if error.connection_invalidated or _passes(error):
                    raise Unavailable from error
                raise
        for event in work.events:
            self._publisher.publish(event)

    async def run(self, act: Callable[[Work], Awaitable[T]]) -> T:
        """`act` in a unit of work of its own, anew from its beginning if that crossed another one (F13).

        `act` may run several times, so it changes nothing but the database. Raises what `uow` raises.
        """
        for attempt in range(1, CROSSED_TRIES + 1):
            try:
                async with self.uow() as work:
                    return await act(work)
            except Crossed:
                if attempt == CROSSED_TRIES:
                    raise
            # Apart from each other, so that the same two do not meet again.
            await asyncio.sleep(random.uniform(0, CROSSED_PAUSE_S * attempt))  # noqa: S311 (no secret)
        raise AssertionError("the last attempt returns or raises")

    async def run_alone(self, statement: str, *arguments: Any) -> list[Any]:
        """One statement that is a transaction of its own: one round trip, durable when this returns.

        Its arguments are `$1` and so on, its rows asyncpg's. It has connections of its own, so that however
        many units of work there are, none is in its way. Raises as `uow`, and asyncpg's errors.
        """
        raw: Any = None
        try:
            async with self._alone.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                rows: list[Any] = await raw.fetch(statement, *arguments)
                return rows
        except (OSError, PoolTimeout) as error:
            raise Unavailable from error
        except InternalClientError as error:
            if raw is not None:
                raw.terminate()
            raise Unavailable from error
        except (PostgresError, DBAPIError) as error:
            if _passes(error):
                raise Unavailable from error
            raise
        except InterfaceError as error:
            if raw is None or raw.is_closed():
                raise Unavailable from error
            raise

    def publish(self, event: Any) -> None:
        """Tell what `run_alone` has made true."""
        self._publisher.publish(event)

    async def ping(self) -> None:
        """One round trip; raises `Unavailable`."""
        async with self.uow() as work:
            await work.db.execute(text("select 1"))


async def _connect(session: AsyncSession) -> None:
    """Take the connection before the caller's block runs, so that its own OSErrors stay its own."""
    try:
        await session.connection()
    except (OSError, PoolTimeout) as error:
        raise Unavailable from error


def _passes(error: DBAPIError | PostgresError) -> bool:
    """Whether the server refused for a reason that is not the statement's: see its SQLSTATE's class."""
    return isinstance(error, OperationalError) or _sqlstate(error)[:2] in _PASSING


def _sqlstate(error: DBAPIError | PostgresError) -> str:
    state = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)
    return state if isinstance(state, str) else ""


def _engine(url: str, *, pooled: bool, size: int = POOL_SIZE) -> AsyncEngine:
    arguments: dict[str, Any] = {"timeout": 10, "command_timeout": 30}
    arguments["server_settings"] = {
        "application_name": "viva",
        "statement_timeout": str(STATEMENT_TIMEOUT_MS),
        "tcp_keepalives_idle": str(KEPT_ALIVE_S),
    }
    if not pooled:
        return create_async_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    engine = create_async_engine(
        url,
        hide_parameters=True,  # an error's text must not hold what a person said (S39)
        pool_size=size,
        max_overflow=0,
        pool_timeout=ACQUIRE_TIMEOUT_S,
        pool_use_lifo=True,  # each keeps what was prepared on it; taken in turns, all would keep everything
        connect_args=arguments,
    )
    listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """The pool then takes another one.

    SQLAlchemy's own `pool_pre_ping` asks the server: three round trips before every unit of work, to learn
    what the driver has known since its socket closed.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def constraint_of(error: DBAPIError) -> str | None:
    """Which constraint an `IntegrityError` broke, if the server said so."""
    cause = getattr(error.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    return name if isinstance(name, str) else None


__all__ = ["Crossed", "Database", "JobWriter", "Publisher", "Table", "Timestamped", "Work", "constraint_of"]
