"""The database of the server that runs beside this command."""

from typing import Any

from viva.platform.database import Database
from viva.platform.job_store import JobsInTransaction
from viva.platform.postgres import database_url, running_beside
from viva.platform.settings import Settings


class _NobodyListens:
    """A command publishes nothing: its screens are in the server's process."""

    def publish(self, event: Any) -> None:
        """Let it go."""


def database_at(url: str) -> Database:
    """To be opened with `async with`; it keeps no connection."""
    return Database(url, jobs=JobsInTransaction(), publisher=_NobodyListens(), pooled=False)


async def address_beside(settings: Settings) -> str | None:
    """The URL of the database that the server on this machine uses; None where it cannot be told.

    Raises `PostgresError` on a `VIVA_DATABASE_URL` that is none.
    """
    if settings.database_url:
        return database_url(settings.database_url)
    return await running_beside(settings.data_dir)
