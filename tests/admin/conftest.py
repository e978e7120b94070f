"""A running system without recognition and without a key, and its admin."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.support.databases import new_database
from tests.support.server import Served, serving, settings_for

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of these: the server outlives a test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The system."""
    folder = tmp_path_factory.mktemp("admin")
    async with (
        new_database(postgres_url, "viva_admin", template=template_database) as url,
        serving(settings_for(url, folder)) as served,
    ):
        yield served
