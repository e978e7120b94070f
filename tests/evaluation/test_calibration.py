"""C08: repeated readings of stored interviews, and what two variants say differently."""

import asyncio
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text
from tests.evaluation.interviews import SPOKEN, interview
from tests.support.anthropic_server import OVERLOADED, SPEND_LIMIT, AnthropicServer, Says, Stalls

from viva.evaluation import CURRENT, Calibration, EvidenceFinder, Reader, Wording
from viva.evaluation.claude import Claude
from viva.evaluation.errors import CalibrationImpossible, NotForCalibration
from viva.evaluation.model import CriterionResult, Findings
from viva.evaluation.repeatability import Run, differences, repeated, variant_of
from viva.platform.budget import Budgets
from viva.platform.jobs import Job, RetryLater
from viva.platform.spending import Limit, Prices
from viva.sessions import Sessions

PRICES = Prices(3, 15, 3.75, 0.3)
ONE, OTHER = UUID(int=1), UUID(int=2)


def findings(**levels):
    criteria = tuple(
        CriterionResult(key=key, title=key.title(), level=level) for key, level in levels.items()
    )
    return Findings(status="ready", method="model", criteria=criteria)


def runs(*readings, session=ONE, variant=0):
    return [
        Run(session_id=session, variant=variant, run=n, findings=one, tokens=10, cost_microusd=5)
        for n, one in enumerate(readings, start=1)
    ]


def test_spread_and_flips_of_a_criterion_are_counted_over_its_runs():
    [one] = repeated([findings(care=level) for level in ("yes", "yes", "mixed", None, "yes")])
    assert one.given == ("yes", "yes", "mixed", "not_scored", "yes")
    assert (one.usual, one.spread, one.flips) == ("yes", 1, 2)


def test_of_two_levels_that_are_as_frequent_the_more_cautious_is_the_usual_one():
    assert repeated([findings(care="yes"), findings(care=None)])[0].usual == "not_scored"
    assert repeated([findings(care="yes"), findings(care="mixed")])[0].usual == "mixed"


def test_a_reading_without_a_scorecard_counts_as_not_scored():
    variant = variant_of(runs(findings(care="yes"), Findings(status="needs_human")))
    assert (variant.runs, variant.unsettled, variant.judgements, variant.flips) == (2, 1, 2, 1)
    assert (variant.tokens, variant.cost_microusd, variant.flips_pct) == (20, 10, 50.0)


def test_two_variants_are_compared_by_what_they_usually_say():
    first = variant_of(runs(findings(care="yes", depth="no")) + runs(findings(care="no"), session=OTHER))
    second = variant_of(runs(findings(care="mixed", depth=None)) + runs(findings(care="no"), session=OTHER))
    assert [(d.key, d.first, d.second, d.steps) for d in differences(first, second)] == [
        ("care", "yes", "mixed", -1),
        ("depth", "no", "not_scored", None),
    ]


def level_by(request):
    """The newer instructions are answered more strictly, and every third answer wavers."""
    strict = "from the lowest upwards" in request["system"][0]["text"]
    quotes = [" ".join(SPOKEN[0].split()[:8])]
    level_by.calls += 1
    level = "mixed" if strict else ("strong_yes" if level_by.calls % 3 == 0 else "yes")
    finding = {"level": level, "reason": "The quote shows it.", "quotes": quotes}
    keys = ("problem_solving", "ownership")
    return Says({"criteria": [{"key": key} | finding for key in keys], "claims": []})


@pytest.fixture
async def server():
    level_by.calls = 0
    async with AnthropicServer(level_by) as running:
        yield running


@pytest.fixture
async def calibration(database, clock, server):
    async with Claude(api_key="k", model="claude-test", base_url=server.url) as model:
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model, PRICES)
        yield Calibration(database, Sessions(), reader, clock, Budgets(prices=PRICES))


async def started(calibration, database, talks, variants, *, runs, drafts=1):
    async with database.uow() as work:
        return await calibration.start(
            work, [talk.session_id for talk in talks], variants, runs=runs, drafts=drafts
        )


async def outcome_of(calibration, database, series):
    async with database.uow() as work:
        return await calibration.outcome(work, series)


async def test_C08_an_interview_is_read_again_and_again_and_its_spread_and_cost_are_told(
    calibration, database, clock, server, written_jobs
):
    talk = await interview(database, clock)
    series = await started(calibration, database, [talk], [Wording(CURRENT)], runs=6)
    assert written_jobs[-1][0] == "calibrate"
    seen = []
    await calibration.work_off(series, lambda done, total: seen.append((done, total)))
    outcome = await outcome_of(calibration, database, series)
    [variant] = outcome.variants
    assert seen[-1] == (6, 6)
    assert (variant.runs, variant.judgements, variant.flips, variant.widest) == (6, 12, 4, 1)
    assert variant.cost_microusd == 6 * (1200 * 3 + 300 * 15)
    assert outcome.series.finished_at is not None
    body = server.requests[0]
    assert body["messages"][0]["content"][0]["cache_control"], "what repeats is kept by the vendor"
    async with database.uow() as work:
        assert await work.db.scalar(text("select count(*) from scorecards")) == 0
        assert await work.db.scalar(text("select sum(tokens) from model_spending")) == 9000


async def test_C08_two_instructions_and_models_are_compared_before_anybody_switches(
    calibration, database, clock, server
):
    talks = [await interview(database, clock) for _ in range(2)]
    variants = [Wording(CURRENT), Wording("2026-11-22.3", "claude-other")]
    series = await started(calibration, database, talks, variants, runs=3)
    await calibration.work_off(series)
    outcome = await outcome_of(calibration, database, series)
    assert {(d.first, d.second, d.steps) for d in outcome.differences} == {("yes", "mixed", -1)}
    assert len(outcome.differences) == 4
    assert {body["model"] for body in server.requests} == {"claude-test", "claude-other"}


async def test_F21_a_series_that_was_interrupted_reads_only_what_is_missing(
    calibration, database, clock, server
):
    talk = await interview(database, clock)
    series = await started(calibration, database, [talk], [Wording(CURRENT)], runs=3)
    server.script += [level_by_first(), OVERLOADED]
    with pytest.raises(RetryLater):
        await calibration.work_off(series)
    await calibration.work_off(series)
    await calibration.work_off(series)
    assert len(server.requests) == 4
    assert (await outcome_of(calibration, database, series)).done == 3


async def handled_once(calibration, series):
    """Whether the job is through after another turn."""
    job = Job(id="1", name="calibrate", payload=msgspec.json.encode(series), attempt=1)
    try:
        await calibration.handle(job)
    except RetryLater:
        return False
    return True


async def test_the_job_gives_its_worker_back_after_every_reading(calibration, database, clock, server):
    talk, gone = await interview(database, clock), await interview(database, clock)
    series = await started(calibration, database, [gone, talk], [Wording(CURRENT)], runs=2)
    async with database.uow() as work:
        await work.db.execute(text("delete from sessions where id = :id"), {"id": gone.session_id})
    assert not await handled_once(calibration, series)
    assert len(server.requests) == 1
    assert await handled_once(calibration, series)
    assert (await outcome_of(calibration, database, series)).series.finished_at is not None
    assert len(server.requests) == 2


async def test_no_two_series_are_read_at_once(calibration, database, clock, server):
    talk = await interview(database, clock)
    series = [await started(calibration, database, [talk], [Wording(CURRENT)], runs=1) for _ in range(4)]
    server.script.append(Stalls())
    first = asyncio.create_task(handled_once(calibration, series[0]))
    async with asyncio.timeout(60):
        await server.arrived.wait()
    for one in series[1:]:
        job = Job(id="1", name="calibrate", payload=msgspec.json.encode(one), attempt=1)
        with pytest.raises(RetryLater, match="another series"):
            await calibration.handle(job)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await handled_once(calibration, series[1])


def level_by_first():
    quotes = [" ".join(SPOKEN[0].split()[:8])]
    finding = {"level": "yes", "reason": "The quote shows it.", "quotes": quotes}
    return Says({"criteria": [{"key": "ownership"} | finding], "claims": []})


async def test_a_spend_limit_ends_a_series_with_its_reason(calibration, database, clock, server):
    talk = await interview(database, clock)
    series = await started(calibration, database, [talk], [Wording(CURRENT)], runs=3)
    server.script.append(SPEND_LIMIT)
    await calibration.work_off(series)
    outcome = await outcome_of(calibration, database, series)
    assert (outcome.series.stopped_reason, outcome.done) == ("spend_limit", 0)
    assert len(server.requests) == 1


async def test_S34_a_series_keeps_to_the_days_budget(database, clock, server):
    talk = await interview(database, clock)
    async with Claude(api_key="k", model="claude-test", base_url=server.url) as model:
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        calibration = Calibration(database, Sessions(), reader, clock, Budgets(day=Limit(12_000)))
        series = await started(calibration, database, [talk], [Wording(CURRENT)], runs=20)
        await calibration.work_off(series)
        outcome = await outcome_of(calibration, database, series)
    assert outcome.series.stopped_reason == "budget_day"
    assert 0 < outcome.done < 20


async def test_only_completed_interviews_with_consent_are_read_again(calibration, database, clock):
    declined = await interview(database, clock, ai_consent=False)
    with pytest.raises(NotForCalibration):
        await started(calibration, database, [declined], [Wording(CURRENT)], runs=1)
    with pytest.raises(CalibrationImpossible):
        await started(calibration, database, [], [Wording(CURRENT)], runs=1)
    with pytest.raises(CalibrationImpossible):
        await started(calibration, database, [declined], [Wording("1")], runs=1)
    keyless = Calibration(
        database, Sessions(), Reader(clock, EvidenceFinder(use_encoder=False)), clock, Budgets()
    )
    with pytest.raises(CalibrationImpossible):
        await started(keyless, database, [declined], [Wording(CURRENT)], runs=1)
