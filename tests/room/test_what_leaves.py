"""S35: the planted identities in what is asked of a model besides scoring; none of them leaves.

They stand in answers, in questions and what those are meant to show, in a résumé, and in the position that a
candidate may type. Every request's body is searched, byte for byte.
"""

import json
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import text
from tests.evaluation.identities import ASKED, SAID, TITLES, WORK, planted, secrets_of, values_of
from tests.support.anthropic_server import AnthropicServer

from viva.auth import CandidateAccess
from viva.evaluation.claude import Claude
from viva.platform.jobs import ForSession, Job
from viva.questions import Drafter, FollowUps, Planner, PositionDraft, Positions, built_in_bank
from viva.questions.selection import plan_from_bank
from viva.resumes import DRAFT_FROM_RESUME, Drafting, Resumes
from viva.room import FollowingUp
from viva.sessions import Admissions, NewSession, Sessions

SESSIONS = Sessions()


@pytest.fixture
async def vendor():
    async with (
        AnthropicServer() as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        yield server, model


def person(language, identity, title="Backend engineer", **more):
    values = values_of(identity)
    position = TITLES[language].format(**values) if title is None else title
    return NewSession(
        user_name=values["name"], email=values["mail"], position=position, language=language, **more
    )


def leaked(server, identity):
    sent = json.dumps([request["messages"] for request in server.requests], ensure_ascii=False)
    assert server.requests, "nothing was asked"
    return [secret for secret in secrets_of(*identity) if secret in sent]


async def opened(database, clock, language, identity, **more):
    """A session whose questions, and what they are meant to show, tell who is asked."""
    plan = plan_from_bank("Backend engineer", language, built_in_bank())
    asked = ASKED[language].format(**values_of(identity))
    questions = tuple(
        msgspec.structs.replace(question, text=asked, what_good_shows=(asked,), follow_ups=2)
        for question in plan.questions
    )
    plan = msgspec.structs.replace(plan, questions=questions)
    expires_at = clock.now() + timedelta(days=1)
    new = person(language, identity, None, **more)
    async with database.uow() as work:
        return await SESSIONS.create(work, new, plan, expires_at=expires_at, created_by=None)


async def test_S35_no_planted_identity_leaves_with_a_follow_up(database, clock, vendor):
    server, model = vendor
    for language, identity in planted():
        server.requests.clear()
        session = await opened(database, clock, language, identity)
        async with database.uow() as work:
            session = await SESSIONS.decide_consent(work, session.id, recording=True, ai_evaluation=True)
            questions = {question.id: question for question in await SESSIONS.questions(work, session.id)}
        said = f"{SAID[language].format(**values_of(identity))} {WORK[language]}"
        following = FollowingUp(database, SESSIONS, FollowUps(model, ready_s=60))
        await following.on(session, questions[session.current_question_id], clock.now(), said)
        assert leaked(server, identity) == []
        assert WORK[language] in json.dumps(server.requests, ensure_ascii=False)


async def test_S35_no_planted_identity_leaves_with_a_typed_title(database, clock, vendor):
    server, model = vendor
    for language, identity in planted():
        server.requests.clear()
        planner = Planner(database, Positions(), model=model, timeout_s=60, ask_unseen=True)
        doors = Admissions(
            SESSIONS, planner, CandidateAccess(clock), clock, "https://viva.test", lambda: None
        )
        new = person(language, identity, None)
        plan = await doors.plan(new)
        assert plan.position_title == new.position, "the record keeps what was typed"
        assert server.requests
        assert leaked(server, identity) == []


async def test_S35_no_planted_identity_leaves_with_a_resume(database, clock, vendor):
    server, model = vendor
    for language, identity in planted():
        server.requests.clear()
        resumes = Resumes(SESSIONS, Positions(), clock, has_model=True)
        position = PositionDraft(title="Engineer", language=language, resume_questions=1)
        async with database.uow() as work:
            kept = await Positions().create(work, position, created_by=None)
        session = await opened(database, clock, language, identity, position_id=kept.id)
        async with database.uow() as work:
            version = "update sessions set position_version = :version where id = :id"
            await work.db.execute(text(version), {"version": kept.version, "id": session.id})
            resume = f"{SAID[language].format(**values_of(identity))} {WORK[language]}"
            await resumes.attach(work, session.id, resume, by=None)
        drafting = Drafting(database, SESSIONS, resumes, Drafter(model))
        await drafting.run(Job("1", DRAFT_FROM_RESUME, msgspec.json.encode(ForSession(session.id)), 1))
        assert leaked(server, identity) == []
        assert WORK[language] in json.dumps(server.requests, ensure_ascii=False)
