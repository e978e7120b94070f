"""One running system for all whole tests that leave it as they found it; it hears by the vendor's fake."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog
from tests.support.databases import new_database
from tests.support.deepgram_server import DeepgramServer
from tests.support.server import Served, serving, settings_for


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vendor() -> AsyncIterator[DeepgramServer]:
    """Deepgram's protocol on loopback."""
    async with DeepgramServer() as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_database_url(postgres_url: str, template_database: str) -> AsyncIterator[str]:
    """The database of `served`."""
    async with new_database(postgres_url, "viva_whole", template=template_database) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(
    shared_database_url: str, vendor: DeepgramServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The system; its log is plain, because pretty tracebacks with locals take seconds each."""
    settings = settings_for(
        shared_database_url,
        tmp_path_factory.mktemp("whole"),
        stt="deepgram",
        deepgram_api_key=vendor.key,
        deepgram_url=vendor.url,
    )
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    async with serving(settings) as system:
        yield system
    structlog.configure(**before)
