"""A PostgreSQL that others run: reading its address, and waiting until it is there."""

import asyncio
from collections.abc import Callable

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from viva.platform.postgres.binaries import OLDEST_MAJOR
from viva.platform.postgres.errors import PostgresError

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
"""F11: ready within 2 s of the database being there."""
_CONNECT_TIMEOUT_S = 5.0

_NOT_YET = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""What passes by itself: not there, starting up, shutting down, full."""


def database_url(text: str) -> str:
    """`VIVA_DATABASE_URL` as SQLAlchemy wants it; `postgres://` and `postgresql://` are understood.

    Raises `PostgresError` on anything that is not a PostgreSQL's address; a password is never repeated.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise PostgresError("VIVA_DATABASE_URL is not a URL such as postgresql://viva@db/viva.") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise PostgresError(
            f"VIVA_DATABASE_URL must be a PostgreSQL's address, not {url.get_backend_name()}."
        )
    return url.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


async def wait_for(url: str, *, progress: Callable[[str], None] = lambda _words: None) -> None:
    """Return once the database at `url` takes connections, however long that takes.

    `progress` is told that it is not there, why, and that it came. Raises `PostgresError` at once on what
    waiting does not mend: a wrong password, a database that does not exist, a version that is too old.
    """
    address = make_url(url)
    pause_s, said = _FIRST_PAUSE_S, False
    while True:
        try:
            await _connect_once(address)
        except _NOT_YET as error:
            if not said:
                progress(f"Waiting for the database at {_name(address)}: {error or type(error).__name__}")
                said = True
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        else:
            break
    if said:
        progress(f"The database at {_name(address)} is there.")


async def _connect_once(address: URL) -> None:
    _, arguments = address.get_dialect()().create_connect_args(address)
    try:
        async with asyncio.timeout(_CONNECT_TIMEOUT_S):
            connection = await asyncpg.connect(**arguments)
            try:
                major = connection.get_server_version().major
            finally:
                await connection.close()
    except _NOT_YET:
        raise
    except asyncpg.PostgresError as error:
        raise PostgresError(f"The database at {_name(address)} turns us away: {error}.") from None
    if major < OLDEST_MAJOR:
        raise PostgresError(
            f"The database at {_name(address)} is PostgreSQL {major}; {OLDEST_MAJOR} is needed."
        )


def _name(address: URL) -> str:
    return address.set(password=None, query={}).render_as_string().partition("://")[2] or "its socket"
