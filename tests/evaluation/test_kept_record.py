"""C05, S46: what went into a scorecard is kept, and the database itself refuses to change it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.evaluation.interviews import handled, interview
from tests.support.anthropic_server import AnthropicServer, Says

from viva.evaluation import DRAFT_SCORECARD, EvidenceFinder, Reader, Scoring
from viva.evaluation.claude import Claude
from viva.evaluation.store import Subject
from viva.platform.spending import Prices
from viva.sessions import Sessions

PRICES = Prices(3, 15, 3.75, 0.3)


@pytest.fixture
async def talk(database, clock):
    """An interview that was scored by three drafts, one of them at the second try."""
    talk = await interview(database, clock)
    async with AnthropicServer() as server:
        server.script.append(Says("I would rather tell you a story."))
        async with Claude(api_key="k", model="claude-test", base_url=server.url) as model:
            reader = Reader(clock, EvidenceFinder(use_encoder=False), model, PRICES)
            scoring = Scoring(database, Sessions(), reader, clock, drafts=3)
            await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    return talk


async def rows(database):
    async with database.uow() as work:
        found = await work.db.execute(text("select * from evaluations order by attempt"))
        return [row._asdict() for row in found]


async def test_C05_everything_that_went_into_a_scorecard_is_kept(database, talk):
    found = await rows(database)
    assert sorted(row["outcome"] for row in found) == ["drafted", "drafted", "drafted", "settled", "unusable"]
    assert [row["attempt"] for row in found] == [1, 2, 3, 4, 5]
    paid = [row for row in found if row["raw_answer"]]
    assert len(paid) == 4, "what could not be used was paid for too"
    for row in paid:
        assert row["model"] == "claude-test"
        assert row["prompt_version"]
        assert len(row["prompt_hash"]) == len(row["input_hash"]) == 64
        assert len(row["rubric_version"]) == 12
        assert row["cost_microusd"] == 1200 * 3 + 300 * 15
        assert row["request_id"].startswith("req_")
        assert row["started_at"] <= row["finished_at"]
    assert len({row["input_hash"] for row in found}) == 1
    assert [row["draft"] for row in found if row["outcome"] == "settled"] == [None]


FORBIDDEN = (
    "update evaluations set raw_answer = 'strong_yes'",
    "update evaluations set result = '{}'",
    "delete from evaluations",
    "truncate evaluations cascade",
    "update model_spending set tokens = 0",
    "delete from model_spending",
    "truncate model_spending",
    "update calibration_runs set tokens = 0",
    "truncate calibration_runs",
)


async def test_C05_S46_the_database_refuses_to_change_or_drop_what_was_kept(database, talk):
    before = await rows(database)
    await a_calibration_run(database, talk)
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError, match="only"):
            async with database.uow() as work:
                await work.db.execute(text(statement))
        assert await rows(database) == before, statement


async def a_calibration_run(database, talk):
    async with database.uow() as work:
        await work.db.execute(
            text(
                "with made as (insert into calibrations (id, variants, runs, drafts) "
                "values (gen_random_uuid(), '[]', 1, 1) returning id) "
                "insert into calibration_runs "
                "(id, calibration_id, session_id, variant, run, result, tokens, started_at, finished_at) "
                "select gen_random_uuid(), id, :session, 0, 1, '{}', 1, now(), now() from made"
            ),
            {"session": talk.session_id},
        )


async def test_C05_erasing_a_person_erases_what_was_kept_of_them(database, talk):
    async with database.uow() as work:
        await work.db.execute(text("delete from sessions where id = :id"), {"id": talk.session_id})
    assert await rows(database) == []
