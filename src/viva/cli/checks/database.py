"""The database: there or startable, and how far it is migrated."""

import asyncio

from viva.cli.checks.finding import Finding
from viva.cli.neighbour import database_at
from viva.platform.errors import VivaError
from viva.platform.migrations import applied, head
from viva.platform.postgres import PostgresError, can_start, database_url, running_beside, wait_for
from viva.platform.settings import Settings

_PATIENCE_S = 5.0


async def check_database(settings: Settings) -> tuple[Finding, ...]:
    """One finding for the server and one for its migrations."""
    found, url = await (_external(settings) if settings.database_url else _embedded(settings))
    return (found, await _migrations(url, found))


async def _external(settings: Settings) -> tuple[Finding, str | None]:
    try:
        url = database_url(settings.database_url)
        async with asyncio.timeout(_PATIENCE_S):
            await wait_for(url)
    except TimeoutError:
        return Finding("fail", "database", "the one that VIVA_DATABASE_URL names does not answer"), None
    except PostgresError as error:
        return Finding("fail", "database", str(error)), None
    return Finding("ok", "database", "the one that VIVA_DATABASE_URL names answers"), url


async def _embedded(settings: Settings) -> tuple[Finding, str | None]:
    url = await running_beside(settings.data_dir)
    if url is not None:
        return Finding("ok", "database", "the embedded PostgreSQL is running"), url
    try:
        version = await asyncio.to_thread(can_start)
    except PostgresError as error:
        return Finding("fail", "database", str(error)), None
    return Finding("ok", "database", f"the embedded PostgreSQL {version} will start with the server"), None


async def _migrations(url: str | None, server: Finding) -> Finding:
    if url is None:
        told = "cannot be seen" if server.level == "fail" else "will be applied when the server starts"
        return Finding("note" if server.level == "fail" else "ok", "migrations", told)
    try:
        async with database_at(url) as database:
            at = await applied(database)
    except VivaError as error:
        return Finding("fail", "migrations", f"cannot be read: {error.message}")
    if at == head():
        return Finding("ok", "migrations", f"up to date ({at})")
    return Finding("note", "migrations", f"at {at or 'none'}, will be brought to {head()} at the next start")
