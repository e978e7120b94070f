"""Alembic's entry, run by `viva.platform.migrations`, which opens the connection and the transaction."""

import importlib
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, text

import viva
from viva.platform.database import Table

LOCK = 7211
"""Two processes that start at once migrate one after the other; the second finds nothing left to do."""


def load_tables() -> None:
    """Import the tables of every module, so that they can be compared with the database."""
    for tables in sorted(Path(viva.__path__[0]).glob("*/tables.py")):
        importlib.import_module(f"viva.{tables.parent.name}.tables")


def run(connection: Connection) -> None:
    if context.config.attributes["compares"]:
        load_tables()
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        compare_type=True,
        compare_server_default=True,
    )
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
