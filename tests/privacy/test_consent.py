"""Consent: the ledger keeps every decision and the words that were read; only the current notice counts."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.clock import FakeClock

from viva.platform.database import Database
from viva.privacy import Consent, NoticeOutdated, Privacy
from viva.questions import Planner, Positions
from viva.sessions import NewSession, Session, SessionClosed, Sessions

EXPIRES = datetime.now(UTC) + timedelta(days=1)


async def _session(database: Database) -> Session:
    plan = await Planner(database, Positions(), model=None).plan("Designer", "ko", None)
    new = NewSession(user_name="김민지", position="Designer", language="ko")
    async with database.uow() as work:
        return await Sessions().create(work, new, plan, expires_at=EXPIRES, created_by=None)


def _decision(privacy: Privacy, *, recording: bool = True, ai_evaluation: bool = True) -> Consent:
    return Consent(privacy.notice("ko").notice_version, recording, ai_evaluation)


async def test_C21_every_decision_is_kept_with_the_hash_of_the_words_in_the_interviews_language(
    database: Database, clock: FakeClock
) -> None:
    privacy, session = Privacy(Sessions(), clock), await _session(database)
    async with database.uow() as work:
        await privacy.decide(work, session.id, _decision(privacy))
    async with database.uow() as work:
        changed = await privacy.decide(work, session.id, _decision(privacy, recording=False))
        ledger = await privacy.ledger(work, session.id)
    assert (changed.recording_consent, changed.ai_consent, changed.status) == (False, True, "consented")
    assert [entry.recording for entry in ledger] == [True, False]
    assert {entry.language for entry in ledger} == {"ko"}
    korean = privacy.notice("ko")
    assert korean.text_hash == hashlib.sha256(korean.text.encode()).digest()


async def test_C09_a_decision_on_an_older_notice_does_not_count(database: Database, clock: FakeClock) -> None:
    privacy, session = Privacy(Sessions(), clock), await _session(database)
    async with database.uow() as work:
        with pytest.raises(NoticeOutdated):
            await privacy.decide(work, session.id, Consent("1999-1", recording=True, ai_evaluation=True))
    async with database.uow() as work:
        assert (await Sessions().get(work, session.id)).recording_consent is None


async def test_nothing_is_decided_about_an_interview_that_ended(database: Database, clock: FakeClock) -> None:
    privacy, session = Privacy(Sessions(), clock), await _session(database)
    async with database.uow() as work:
        await Sessions().set_progress(work, session.id, status="completed")
    async with database.uow() as work:
        with pytest.raises(SessionClosed):
            await privacy.decide(work, session.id, _decision(privacy))


def test_the_notice_is_there_in_both_languages_under_one_version(clock: FakeClock) -> None:
    privacy = Privacy(Sessions(), clock)
    korean, english = privacy.notice("ko"), privacy.notice("en")
    assert korean.notice_version == english.notice_version
    assert korean.text != english.text
    assert "AI" in english.text
