"""A program for tests to kill: it owns an embedded PostgreSQL under its argument and prints what it has."""

import asyncio
import json
import sys
from pathlib import Path

from viva.platform.postgres import EmbeddedPostgres, PostgresError


async def main(data_dir: Path) -> None:
    """Print one JSON line once the server is there, or why it is not, then live until killed."""
    postgres = EmbeddedPostgres(data_dir)
    try:
        async with postgres as url:
            print(json.dumps({"url": url, "pid": postgres.pid}), flush=True)  # noqa: T201 (for its starter)
            await asyncio.Event().wait()
    except PostgresError as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201 (for its starter)


asyncio.run(main(Path(sys.argv[1])))
