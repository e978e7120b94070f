"""A worker for tests to kill: it claims a job and never finishes it. Its argument is the database's URL."""

import asyncio
import sys
from typing import Any

from viva.platform.database import Database
from viva.platform.job_queue import JobQueue
from viva.platform.job_store import JobsInTransaction
from viva.platform.jobs import Job


class Silence:
    """Nobody hears its events."""

    def publish(self, event: Any) -> None:
        """Forget it."""


async def main(url: str) -> None:
    """Work until killed."""

    async def never_ends(_job: Job) -> None:
        await asyncio.Event().wait()

    async with Database(url, jobs=JobsInTransaction(), publisher=Silence()) as database:
        queue = JobQueue(database, lease_s=2, poll_s=0.05)
        queue.register("greet", never_ends)
        await queue.run()


asyncio.run(main(sys.argv[1]))
