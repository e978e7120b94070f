"""The interview record: numbers without gaps, names without tricks, effects once per key."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from viva.platform.database import Database
from viva.questions import Planner, Positions
from viva.sessions import (
    Idempotency,
    NameAndPositionRequired,
    NewSession,
    NewUtterance,
    Session,
    SessionClosed,
    SessionNotFound,
    Sessions,
    without_controls,
)
from viva.sessions.errors import KeyReused

EXPIRES = datetime.now(UTC) + timedelta(days=1)


async def made(database: Database, **fields: object) -> Session:
    new = NewSession(**({"user_name": "Kim Minji", "position": "Designer", "language": "en"} | fields))
    plan = await Planner(database, Positions(), model=None).plan(new.position, new.language, None)
    async with database.uow() as work:
        return await Sessions().create(work, new, plan, expires_at=EXPIRES, created_by=None)


def said(text: str) -> NewUtterance:
    return NewUtterance(question_id=None, text=text, start_ms=0, end_ms=1, source="local")


async def test_F02_utterances_that_come_at_once_are_numbered_without_a_gap_or_a_double(
    database: Database,
) -> None:
    session, sessions = await made(database), Sessions()

    async def add(number: int) -> int:
        async with database.uow() as work:
            return (await sessions.add_utterance(work, session.id, said(str(number)))).seq

    numbers = await asyncio.gather(*(add(number) for number in range(12)))
    assert sorted(numbers) == list(range(1, 13))
    async with database.uow() as work:
        stored = await sessions.utterances(work, session.id, after_seq=9)
    assert [utterance.seq for utterance in stored] == [10, 11, 12]


async def test_names_are_stored_without_what_cannot_be_seen_and_empty_ones_are_named(
    database: Database,
) -> None:
    session = await made(database, user_name=" Kim\u200b Minji\u202e\x07 ", email="\u2060")
    assert (session.user_name, session.email) == ("Kim Minji", None)
    with pytest.raises(NameAndPositionRequired) as refused:
        await made(database, user_name="\u200b")
    assert refused.value.params == {"missing": ["user_name"]}


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x1b", "\x7f", "\u200b", "\u202e", "\u2066", "\ufe0f", "\ufeff", "\ud800", "\U000e0041"],
)
def test_S31_what_cannot_be_seen_but_can_deceive_is_removed(character: str) -> None:
    assert without_controls(f"a{character}b") == "ab"
    assert without_controls("한글과 tabs\tand\nlines") == "한글과 tabs\tand\nlines"


async def test_a_session_that_is_not_there_is_said_so(database: Database) -> None:
    async with database.uow() as work:
        with pytest.raises(SessionNotFound):
            await Sessions().get(work, UUID(int=1))


async def test_F22_an_effect_happens_once_for_its_key_and_the_answer_is_sealed(database: Database) -> None:
    idempotency, effects = Idempotency(b"s" * 32), list[int]()

    async def effect() -> bytes:
        effects.append(1)
        return b"a secret answer"

    for _ in range(2):
        async with database.uow() as work:
            assert await idempotency.once(work, "user:1", "key", b"asked", effect) == b"a secret answer"
    assert len(effects) == 1
    async with database.uow() as work:
        with pytest.raises(KeyReused):
            await idempotency.once(work, "user:1", "key", b"asked otherwise", effect)
    async with database.uow() as work:
        assert await idempotency.once(work, "user:2", "key", b"asked", effect) == b"a secret answer"
    assert len(effects) == 2, "another actor's key is another key"


async def test_F22_an_effect_that_failed_may_be_tried_again(database: Database) -> None:
    idempotency = Idempotency(b"s" * 32)

    async def fails() -> bytes:
        raise SessionClosed

    async def works() -> bytes:
        return b"done"

    with pytest.raises(SessionClosed):
        async with database.uow() as work:
            await idempotency.once(work, "user:1", "key", b"asked", fails)
    async with database.uow() as work:
        assert await idempotency.once(work, "user:1", "key", b"asked", works) == b"done"


async def test_an_interview_that_nobody_came_to_expires_and_a_running_one_does_not(
    database: Database,
) -> None:
    nobody_came, running = await made(database), await made(database)
    sessions = Sessions()
    async with database.uow() as work:
        await sessions.set_progress(work, running.id, status="in_progress")
        assert await sessions.expire_overdue(work, EXPIRES - timedelta(seconds=1)) == []
        assert await sessions.expire_overdue(work, EXPIRES) == [nobody_came.id]
    async with database.uow() as work:
        assert (await sessions.get(work, nobody_came.id)).status == "expired"
        assert (await sessions.get(work, running.id)).status == "in_progress"


async def test_F15_muted_stays_muted_however_many_incidents_there_are_and_they_stay_bounded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva.sessions.service.INCIDENTS_MAX", 3)
    session, sessions = await made(database), Sessions()

    async def note(at_ms: int, kind: str) -> bool:
        async with database.uow() as work:
            await sessions.note_incident(work, session.id, kind, {}, at_ms)
        async with database.uow() as work:
            return await sessions.is_muted(work, session.id)

    kinds = ["muted", "unmuted", "media_lost", "media_lost", "muted", "media_lost", "unmuted", "muted"]
    muted = [await note(at_ms, kind) for at_ms, kind in enumerate(kinds)]
    assert muted == [True, False, False, False, True, True, False, True]
    async with database.uow() as work:
        noted = [(found.kind, found.at_ms) for found in await sessions.incidents(work, session.id)]
    assert noted == [("muted", 0), ("media_lost", 2), ("muted", 7)]
