"""A database whose jobs are kept in a list, so that a test decides when each is handled."""

import pytest

from viva.platform.database import Database


class WrittenJobs(list[tuple[str, bytes]]):
    """The jobs that were written, in order, with their dedupe keys beside them."""

    def __init__(self):
        super().__init__()
        self.keys = []

    async def enqueue(self, db, name, payload, *, dedupe_key, delay_s):
        self.append((name, payload))
        self.keys.append(dedupe_key)


@pytest.fixture
def written_jobs():
    return WrittenJobs()


@pytest.fixture
async def database(database_url, published, written_jobs):
    async with Database(database_url, jobs=written_jobs, publisher=published, pooled=False) as database:
        yield database
