"""Fresh databases for tests: one is built, every test gets a copy of it."""

import importlib
import pkgutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import Table as SchemaTable
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

import viva
from viva.platform.database import Table


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


async def create_tables(url: str) -> None:
    """Make the tables of every module that there is so far."""
    importlib.import_module("viva.platform.tables")
    for module in pkgutil.iter_modules(viva.__path__):
        if module.ispkg:
            _import_tables(f"viva.{module.name}.tables")
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(Table.metadata.create_all, tables=_complete_tables())
    finally:
        await engine.dispose()


def _import_tables(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            sys.stderr.write(f"without {name}: {error}\n")
    except Exception as error:  # noqa: BLE001 (modules may be half written until there are migrations)
        sys.stderr.write(f"without {name}: {error!r}\n")


def _complete_tables() -> list[SchemaTable]:
    """The tables whose foreign keys lead somewhere."""
    names = set(Table.metadata.tables)
    while missing := {name for name in names if not _targets(Table.metadata.tables[name]) <= names}:
        names -= missing
    return [Table.metadata.tables[name] for name in names]


def _targets(table: SchemaTable) -> set[str]:
    return {key.target_fullname.rsplit(".", 1)[0] for key in table.foreign_keys}
