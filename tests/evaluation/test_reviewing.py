"""C05, C07 on a real database: who sees a draft, what counts as a view, what is kept of it."""

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.evaluation.interviews import Interview, handled, interview
from tests.support.anthropic_server import AnthropicServer

from viva.auth import ApiKeyPrincipal, UserPrincipal
from viva.auth.tables import UserRow
from viva.evaluation import (
    DRAFT_SCORECARD,
    EVALUATE_ANSWER,
    Evaluation,
    EvidenceFinder,
    NotReviewableYet,
    OverrideReasonRequired,
    Reader,
    ReviewIncomplete,
    Reviewing,
    Scoring,
    UnknownCriterion,
    for_staff,
)
from viva.evaluation.claude import Claude
from viva.evaluation.store import Subject
from viva.platform.ids import uuid7
from viva.sessions import Sessions

BLIND = {"ownership": "mixed", "problem_solving": None}
DRAFTED = {"ownership": "yes", "problem_solving": "yes"}


@pytest.fixture
async def scoring(database, clock):
    async with (
        AnthropicServer() as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as m,
    ):
        yield Scoring(database, Sessions(), Reader(clock, EvidenceFinder(use_encoder=False), m), clock)


@pytest.fixture
async def talk(database, clock, scoring) -> Interview:
    """With a draft that levels both criteria with `yes`, as the vendor's fake does."""
    talk = await interview(database, clock)
    await handled(scoring, EVALUATE_ANSWER, Subject(talk.session_id, talk.question_ids[0]))
    await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
    return talk


class Desk:
    """Somebody at their work."""

    def __init__(self, database, clock, talk, user_id, role="reviewer"):
        self.database, self.talk = database, talk
        self.principal = UserPrincipal(user_id, "r@example.test", role, uuid7())
        self.reviewing = Reviewing(Sessions(), clock)
        self.evaluation = Evaluation(Sessions(), clock)

    async def looks(self, *, on_page=True, principal=None):
        async with self.database.uow() as work:
            results = await self.evaluation.results(work, self.talk.session_id)
            seen = await self.reviewing.shown_to(
                work, self.talk.session_id, results, principal or self.principal, on_page=on_page
            )
            return for_staff(seen)

    async def scores(self, levels=BLIND, **fields):
        async with self.database.uow() as work:
            return await self.reviewing.submit(
                work, self.principal.user_id, self.talk.session_id, levels=levels, **fields
            )


@pytest.fixture
async def desks(database, clock, talk):
    """Two reviewers and an admin."""
    made = []
    async with database.uow() as work:
        for name, role in (("one", "reviewer"), ("two", "reviewer"), ("chief", "admin")):
            row = UserRow(email=f"{name}@example.test", password_hash="x", role=role)
            work.db.add(row)
            await work.db.flush()
            made.append(Desk(database, clock, talk, row.id, role))
    return made


def gives_away(shown) -> bool:
    """Whether a level or a reason of the draft stands anywhere in it."""
    return b"The quote" in msgspec.json.encode(shown) or b'"level":"yes"' in msgspec.json.encode(shown)


@pytest.mark.parametrize("on_page", [True, False])
async def test_C07_a_reviewer_sees_no_draft_no_evaluation_and_nobody_elses_view_before_their_own(
    desks, on_page
):
    one, two, _ = desks
    await two.scores(note="OTHERS-NOTE", decision="advance")
    shown = await one.looks(on_page=on_page)
    assert (shown.scorecard, shown.reviews, shown.draft_hidden) == (None, (), True)
    assert [answer.evaluation for answer in shown.answers] == [None, None]
    assert not gives_away(shown)
    assert shown.made.evaluated_by == "claude-test", "how it came about is no secret"
    await one.scores()
    shown = await one.looks(on_page=on_page)
    assert shown.scorecard.criteria[0].level == "yes"
    assert shown.answers[0].evaluation.status == "ready"
    assert len(shown.reviews) == 2
    assert not shown.draft_hidden


async def test_C07_an_admin_reads_the_draft_by_api_and_not_on_the_page_and_a_key_always(desks):
    _, _, chief = desks
    assert (await chief.looks(on_page=True)).scorecard is None
    assert (await chief.looks(on_page=False)).scorecard.draft is True
    key = ApiKeyPrincipal(uuid7(), "reviewer")
    assert (await chief.looks(on_page=False, principal=key)).scorecard.draft is True


@pytest.mark.parametrize("levels", [{}, {"ownership": "yes"}])
async def test_C07_a_view_that_leaves_a_criterion_out_is_refused_and_shows_nothing(desks, levels):
    one = desks[0]
    with pytest.raises(ReviewIncomplete) as refused:
        await one.scores(levels, decision="decline")
    assert set(refused.value.keys) == BLIND.keys() - levels.keys()
    assert (await one.looks()).draft_hidden


async def test_a_criterion_of_another_interview_is_refused(desks):
    with pytest.raises(UnknownCriterion):
        await desks[0].scores(BLIND | {"charm": "yes"})


async def test_an_interview_that_goes_on_cannot_be_reviewed(database, desks):
    async with database.uow() as work:
        await Sessions().set_progress(work, desks[0].talk.session_id, status="in_progress")
    with pytest.raises(NotReviewableYet):
        await desks[0].scores()


async def test_what_the_evidence_finder_quotes_judges_nothing_and_is_not_hidden(database, clock, desks):
    keyless = Scoring(database, Sessions(), Reader(clock, EvidenceFinder(use_encoder=False)), clock)
    talk = await interview(database, clock)
    await handled(keyless, DRAFT_SCORECARD, Subject(talk.session_id))
    desk = Desk(database, clock, talk, desks[0].principal.user_id)
    shown = await desk.looks()
    assert (shown.scorecard.method, shown.draft_hidden) == ("evidence", False)
    assert (await desk.scores()).draft_seen is False
    assert await blind_reviews(database, desk) == ()


async def test_C05_a_review_keeps_which_draft_stood_and_whether_it_was_seen(desks, scoring):
    one, _, chief = desks
    first = await one.scores(decision="hold")
    assert (first.draft_seen, first.draft_by) == (False, "claude-test")
    assert first.draft_prompt_version
    await one.looks()
    await handled(scoring, DRAFT_SCORECARD, Subject(one.talk.session_id, None, 1))
    second = await one.scores(decision="hold")
    assert second.draft_seen
    assert second.evaluation_id != first.evaluation_id, "the draft was made anew in between"
    await chief.looks(on_page=False)
    assert (await chief.scores(DRAFTED)).draft_seen, "read by API before scoring"
    kept = (await one.looks()).reviews
    assert [review.evaluation_id for review in kept[:2]] == [first.evaluation_id, second.evaluation_id]
    assert kept[0].draft_by == "claude-test"


async def test_C07_who_has_seen_the_draft_says_why_they_say_otherwise(desks):
    one = desks[0]
    await one.scores(decision="hold")
    await one.looks()
    with pytest.raises(OverrideReasonRequired) as refused:
        await one.scores(BLIND | {"ownership": "yes"}, decision="decline", override_reason="  ")
    assert refused.value.params == {"keys": ["ownership"], "decision": True}
    changed = await one.scores(
        BLIND | {"ownership": "yes"}, decision="decline", override_reason="Heard it again."
    )
    assert changed.override_reason == "Heard it again."


async def blind_reviews(database, desk):
    async with database.uow() as work:
        return await desk.reviewing.differing(work)


async def test_C07_the_override_rate_counts_only_what_was_scored_blind_to_a_levelled_draft(database, desks):
    one, two, chief = desks
    assert await blind_reviews(database, one) == (), "no number is ever made up"
    await one.scores()
    await two.scores(DRAFTED)
    await two.looks()
    await two.scores({"ownership": "no", "problem_solving": "no"}, override_reason="Led by nobody.")
    await chief.looks(on_page=False)
    await chief.scores({"ownership": "no", "problem_solving": "no"}, override_reason="No.")
    [found] = await blind_reviews(database, one)
    assert (found.model, found.criteria, found.differing) == ("claude-test", 3, 1)
    assert (found.reviews, found.interviews) == (2, 1)
    assert round(found.rate_pct) == 33


async def test_C05_the_database_refuses_to_change_or_drop_a_review_while_its_session_stands(database, desks):
    one = desks[0]
    await one.scores()
    for statement in (
        "update human_reviews set levels = '{}'",
        "delete from human_reviews",
        "truncate human_reviews",
    ):
        with pytest.raises(DBAPIError, match="only"):
            async with database.uow() as work:
                await work.db.execute(text(statement))
    async with database.uow() as work:
        await work.db.execute(text("delete from sessions"))
        assert await work.db.scalar(text("select count(*) from human_reviews")) == 0
        assert await work.db.scalar(text("select count(*) from draft_views")) == 0


async def test_row_31_versions_and_weights_stand_on_the_scorecard(desks):
    one = desks[0]
    await one.scores()
    card = (await one.looks()).scorecard
    assert len(card.rubric_version) == 12
    assert card.prompt_version
    assert [criterion.weight for criterion in card.criteria] == [0.5, 0.5]
