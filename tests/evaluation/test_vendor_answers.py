"""S29, F09, F08: more than two hundred scripted answers through a real server on loopback and the real SDK.

None of them leads to a level or a claim that the candidate's own words do not carry, and each leads to the
state that it should, with the reason in words of both languages.
"""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text
from tests.evaluation.interviews import handled, interview
from tests.evaluation.vendor_answers import INTERVIEWER, SPOKEN, cases
from tests.support.anthropic_server import AnthropicServer

from viva.evaluation import DRAFT_SCORECARD, Evaluation, EvidenceFinder, Reader, Scoring, for_staff
from viva.evaluation.claude import Claude
from viva.evaluation.material import material_of
from viva.evaluation.model import Findings
from viva.evaluation.reading import Request
from viva.evaluation.store import Subject, Tries, Try
from viva.evaluation.wording import REASONS
from viva.platform.i18n import gettext, use_locale
from viva.platform.jobs import RetryLater
from viva.sessions import NewUtterance, Sessions

ALL_SAID = [" ".join(one.casefold().split()) for one in SPOKEN]


class Vendor:
    """Answers from the replies of the case, the last one for ever."""

    def __init__(self):
        self.replies = []

    def __call__(self, _request):
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def vendor():
    return Vendor()


@pytest.fixture
async def reader(vendor, clock):
    finder = EvidenceFinder(use_encoder=False)
    async with (
        AnthropicServer(vendor) as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        yield Reader(clock, finder, model)


async def concluded(reader, request, clock):
    """Read until there are findings; with them, how often it was put off and what was kept on the way."""
    kept: list[Try] = []
    drafted: dict[int, Findings] = {}

    async def keep(attempted, findings):
        kept.append(attempted)
        if attempted.outcome == "drafted":
            drafted[attempted.draft] = findings

    waits = 0
    while True:
        unusable = Counter(one.draft for one in kept if one.outcome == "unusable")
        before = Tries(drafted=dict(drafted), unusable=dict(unusable), unavailable=waits)
        reading = await reader.read(request, before, keep)
        if reading.findings is not None:
            return reading.findings, waits, [*kept, reading.last]
        clock.advance(reading.retry_after_s or 2.0)
        waits += 1


async def settled(scoring, subject, clock):
    """Handle the job until it is through; how often it was put off."""
    waits = 0
    while True:
        try:
            await handled(scoring, DRAFT_SCORECARD, subject)
        except RetryLater as later:
            clock.advance(later.delay_s)
            waits += 1
        else:
            return waits


def unfounded(findings):
    """Levels and claims whose quotes the candidate did not say, and levels without any."""
    levels = [one for one in findings.criteria if one.level is not None]
    resting = [*levels, *findings.claims]
    bare = [one for one in resting if not one.evidence]
    quotes = [evidence.quote for one in [*findings.criteria, *findings.claims] for evidence in one.evidence]
    said = [" ".join(quote.casefold().split()) for quote in quotes]
    return bare + [quote for quote in said if not any(quote in passage for passage in ALL_SAID)]


def assert_as_it_should_be(case, status, findings, waits, what):
    assert (status, findings.reason) == (case.status, case.reason), what
    assert tuple(one.level for one in findings.criteria) in {case.levels, ()}, what
    assert unfounded(findings) == [], what
    assert waits == case.waits, what
    if case.status != "ready":
        assert findings.claims == (), what
        assert said_in_both_languages(findings.reason), what


def said_in_both_languages(reason):
    said = set()
    for language in ("en", "ko"):
        with use_locale(language):
            said.add(gettext(REASONS[reason]))
    return len(said) == 2 and all(len(sentence) > 20 for sentence in said)


async def test_S29_F09_two_hundred_answers_lead_to_no_fabricated_score_and_no_unfounded_claim(
    database, reader, vendor, clock
):
    asyncio.get_running_loop().set_debug(False)  # it takes three times as long with it
    talk = await spoken_interview(database, clock)
    async with database.uow() as work:
        record = await Sessions().record(work, talk.session_id)
    request = Request(material=material_of(record, None), whole=True, drafts=3)
    states = Counter()
    for number, case in enumerate(cases()):
        vendor.replies = list(case.replies)
        findings, waits, tries = await concluded(reader, request, clock)
        assert_as_it_should_be(case, findings.status, findings, waits, f"{number} {case}")
        assert tries[-1].outcome == "settled"
        states[findings.status] += 1
    assert states.total() == 212
    assert set(states) == {"ready", "needs_human", "failed"}


async def test_S29_F09_one_answer_of_each_kind_reaches_the_record_as_what_it_is(
    database, reader, vendor, clock
):
    talk = await spoken_interview(database, clock)
    scoring = Scoring(database, Sessions(), reader, clock, drafts=3)
    evaluation = Evaluation(Sessions(), clock)
    kinds = {case.family: case for case in cases()}
    kept = [*kinds.values(), *(case for case in cases() if case.family == "halves")]
    for number, case in enumerate(kept):
        vendor.replies = list(case.replies)
        waits = await settled(scoring, Subject(talk.session_id, None, number), clock)
        async with database.uow() as work:
            results = await evaluation.results(work, talk.session_id)
        findings = results.scorecard.findings
        assert_as_it_should_be(case, results.status, findings, waits, f"{number} {case}")
        if case.status != "ready":
            assert for_staff(results).scorecard.reason.code == case.reason
    async with database.uow() as work:
        settled_rounds = "select count(*) from evaluations where outcome = 'settled'"
        assert await work.db.scalar(text(settled_rounds)) == len(kept), "each is settled once and kept"


async def spoken_interview(database, clock):
    """With a question of the interviewer's in the middle of it."""
    talk = await interview(database, clock, spoken=SPOKEN)
    asked = NewUtterance(
        question_id=talk.question_ids[0],
        text=INTERVIEWER,
        start_ms=90_000,
        end_ms=92_000,
        source="typed",
        speaker="interviewer",
    )
    async with database.uow() as work:
        await Sessions().add_utterance(work, talk.session_id, asked)
    return talk
