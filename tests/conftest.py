"""What every test may ask for: a real PostgreSQL, a fresh database in it, a clock that obeys."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.support.clock import FakeClock
from tests.support.databases import new_database

from viva.platform.database import Database
from viva.platform.job_store import JobsInTransaction
from viva.platform.migrations import upgrade
from viva.platform.postgres import EmbeddedPostgres

_TEMPLATE = "viva_template"
_numbers = itertools.count(1)

NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}
"""The tests' server is thrown away, so it need not wait for the disk."""


LONG = {"browser", "network", "whole"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole systems first: with what takes long at the end, one worker would wait for the other."""
    items.sort(key=lambda item: LONG.isdisjoint(item.path.parts))


class Published(list[Any]):
    """The events that were published, in order; stands where the bus would."""

    def publish(self, event: Any) -> None:
        """Keep it."""
        self.append(event)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """One PostgreSQL for the whole run."""
    async with EmbeddedPostgres(tmp_path_factory.mktemp("server"), settings=NOT_DURABLE) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template_database(postgres_url: str) -> AsyncIterator[str]:
    """The name of a migrated database, to copy from."""
    async with new_database(postgres_url, _TEMPLATE) as url:
        await upgrade(url)
        yield _TEMPLATE


@pytest.fixture
async def database_url(postgres_url: str, template_database: str) -> AsyncIterator[str]:
    """The URL of a fresh database, migrated and empty."""
    name = f"viva_test_{next(_numbers)}"
    async with new_database(postgres_url, name, template=template_database) as url:
        yield url


@pytest.fixture
def published() -> Published:
    """What `database` has published."""
    return Published()


@pytest.fixture
async def database(database_url: str, published: Published) -> AsyncIterator[Database]:
    """A `Database` on a fresh database. It keeps no pool, so any loop may use it; jobs are real rows."""
    async with Database(
        database_url, jobs=JobsInTransaction(), publisher=published, pooled=False
    ) as database:
        yield database


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until it is moved."""
    return FakeClock()
