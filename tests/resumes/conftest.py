"""A running system with a model that drafts as the test wants, and positions that ask from résumés."""

import inspect
import json
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.questions.resumes import pdf
from tests.support.anthropic_server import AnthropicServer, AnyReply, Says
from tests.support.databases import new_database
from tests.support.server import Served, serving, settings_for

HERE = Path(__file__).parent
NAME = "Hong Gildong"
INFECTED, CONFUSING = b"X5O!P%@AP not really", b"no scanner knows what this is"
SCANNER = (
    "import sys; read = sys.stdin.buffer.read(); "
    f"sys.exit(1 if {INFECTED!r} in read else 2 if {CONFUSING!r} in read else 0)"
)
"""Finds what these tests call infected, and cannot say about what confuses it."""
RESUME = pdf("Hong Gildong built the dispatch scheduler in Rust. hong@example.test 010-1234-5678")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of these: the server outlives a test."""
    for item in items:
        if HERE in item.path.parents and inspect.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def draft(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A draft as a good model writes it."""
    return {
        "text": f"Which decision number {number} did you take when you built the scheduler, and why?",
        "competency": "expertise",
        "meant_to_show": ["Compares options", "Gives the reason"],
        "key_terms": ["scheduler"],
    } | changes


class Vendor(AnthropicServer):
    """Drafts another question each time, unless `answers` says otherwise."""

    def __init__(self) -> None:
        self.answers: Callable[[dict[str, Any]], AnyReply] = self.obliging
        super().__init__(self._answered)

    def _answered(self, request: dict[str, Any]) -> AnyReply:
        return self.answers(request)

    def obliging(self, _request: dict[str, Any]) -> AnyReply:
        """A new draft."""
        return Says(draft(len(self.requests)))

    def sent(self) -> list[dict[str, Any]]:
        """What the model was given to read, without the instructions."""
        return [json.loads(_text(request["messages"][-1]["content"])) for request in self.requests]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _vendor() -> AsyncIterator[Vendor]:
    async with Vendor() as server:
        yield server


@pytest.fixture
def vendor(_vendor: Vendor) -> Vendor:
    """The model of the house, obliging again and with nothing asked yet."""
    _vendor.answers = _vendor.obliging
    _vendor.requests.clear()
    return _vendor


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(
    _vendor: Vendor, postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The system."""
    folder = tmp_path_factory.mktemp("resumes")
    settings = {
        "anthropic_api_key": "k",
        "anthropic_base_url": _vendor.url,
        "antivirus_command": shlex.join([sys.executable, "-I", "-S", "-c", SCANNER]),
    }
    async with (
        new_database(postgres_url, "viva_resumes", template=template_database) as url,
        serving(settings_for(url, folder, **settings)) as served,
    ):
        yield served
