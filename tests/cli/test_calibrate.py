"""`viva calibrate` in a process of its own, on a stored interview."""

import asyncio
import json
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.evaluation.interviews import SPOKEN, interview
from tests.support.anthropic_server import AnthropicServer, Says

from viva.platform.clock import SystemClock

LEVELS = {"claude-steady": "yes", "claude-strict": "mixed"}


def by_model(request):
    """Each model has an opinion of its own and never changes it."""
    finding = {
        "level": LEVELS[request["model"]],
        "reason": "The quote shows it.",
        "quotes": [" ".join(SPOKEN[0].split()[:8])],
    }
    return Says(
        {"criteria": [{"key": key} | finding for key in ("problem_solving", "ownership")], "claims": []}
    )


@pytest.fixture
async def vendor():
    async with AnthropicServer(by_model) as running:
        yield running


@pytest.fixture
def calibrate(viva, vendor, database_url):
    async def run(*arguments, **settings):
        known = {"VIVA_DATABASE_URL": database_url, "VIVA_LLM_MODEL": "claude-steady"}
        model = {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": vendor.url}
        return await asyncio.to_thread(viva, "calibrate", *arguments, **(known | model | settings))

    return run


async def test_C08_two_models_are_compared_by_the_command_and_no_scorecard_changes(
    calibrate, vendor, database
):
    talk = await interview(database, SystemClock())
    done = await calibrate(
        str(talk.session_id), "--runs", "2", "--drafts", "1", "--against-model", "claude-strict", "--json"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [(one["runs"], one["flips"]) for one in told["variants"]] == [(2, 0), (2, 0)]
    assert {(one["first"], one["second"], one["steps"]) for one in told["differences"]} == {
        ("yes", "mixed", -1)
    }
    assert sorted(request["model"] for request in vendor.requests) == [
        *["claude-steady"] * 2,
        *["claude-strict"] * 2,
    ]
    async with database.uow() as work:
        assert (await work.db.execute(text("select count(*) from scorecards"))).scalar_one() == 0


async def test_what_cannot_be_calibrated_is_one_sentence_and_exit_1(calibrate):
    unknown = await calibrate(str(uuid4()))
    keyless = await calibrate(str(uuid4()), ANTHROPIC_API_KEY="")
    for refused in (unknown, keyless):
        assert refused.returncode == 1
        assert refused.stderr.count("\n") == 1
        assert "Traceback" not in refused.stderr
