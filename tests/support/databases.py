"""Fresh databases for tests: one is built, every test gets a copy of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import make_url


def other_database(url: str, name: str) -> str:
    """The same server's database `name`."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def administer(url: str, statement: str) -> None:
    """Run one statement that no transaction may hold, such as CREATE DATABASE."""
    parts = make_url(url)
    connection = await asyncpg.connect(
        host=str(parts.query["host"]), user=parts.username, database="postgres"
    )
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def new_database(url: str, name: str, *, template: str = "template1") -> AsyncIterator[str]:
    """A database `name` copied from `template`, gone when the block ends."""
    await administer(url, f'create database "{name}" template "{template}" strategy wal_log')
    try:
        yield other_database(url, name)
    finally:
        await administer(url, f'drop database "{name}" with (force)')
