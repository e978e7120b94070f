"""The embedded PostgreSQL as commands beside the server see it: does it run, could it be started."""

import asyncio
import re
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import URL

from viva.platform.postgres.binaries import find_binaries
from viva.platform.postgres.cluster import Cluster
from viva.platform.postgres.run_as import command_prefix

_NAME = "viva"
"""Of the user and of the database, as `EmbeddedPostgres` makes them."""
_ANSWER_S = 3.0
_FOLDER = re.compile(r"pg(\d+)")


async def running_beside(data_dir: Path) -> str | None:
    """The URL of the embedded database that runs on `data_dir` now; None if there is none that answers."""
    for major in await asyncio.to_thread(_majors, data_dir):
        cluster = Cluster(data_dir, major)
        if cluster.is_ready() and await _answers(host := str(cluster.socket_folder())):
            url = URL.create("postgresql+asyncpg", username=_NAME, database=_NAME, query={"host": host})
            return url.render_as_string(hide_password=False)
    return None


def _majors(data_dir: Path) -> list[int]:
    folders = (data_dir.expanduser().resolve() / "postgres").glob("pg*")
    return [int(found[1]) for folder in folders if (found := _FOLDER.fullmatch(folder.name))]


def can_start() -> int:
    """The major version that would be started here, at no other cost. Raises `PostgresError` if none can."""
    binaries = find_binaries()
    command_prefix(binaries.postgres)
    return binaries.major


async def _answers(host: str) -> bool:
    try:
        connection = await asyncpg.connect(host=host, user=_NAME, database=_NAME, timeout=_ANSWER_S)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True
