"""Candidates whose access was taken back are found out, all with one look (S03)."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.sessions.test_record import made

from viva.auth import CandidateAccess, CandidatePrincipal
from viva.platform.clock import SystemClock
from viva.platform.database import Database, Work
from viva.platform.errors import Unavailable
from viva.room import Vigil, channel
from viva.room import vigil as subject
from viva.room.screen import CLOSE_POLICY


class CountedAccess(CandidateAccess):
    """The real one, counting its looks."""

    looks = 0

    async def good_among(self, work: Work, credentials: object) -> set[UUID]:
        self.looks += 1
        return await super().good_among(work, credentials)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "GATHER_S", 0.001)


async def principals(database: Database, access: CandidateAccess) -> list[CandidatePrincipal]:
    session, tomorrow = await made(database), datetime.now(UTC) + timedelta(days=1)
    async with database.uow() as work:
        found = [
            await access.resolve(work, await access.issue_bearer(work, session.id, tomorrow))
            for _ in range(3)
        ]
    return [principal for principal in found if principal is not None]


async def test_S03_one_look_tells_who_may_stay_and_who_may_not(database: Database) -> None:
    access = CountedAccess(SystemClock())
    vigil = Vigil(database, access)
    good, gone = (await principals(database, access))[:2], (await principals(database, access))[0]
    async with database.uow() as work:
        await access.revoke_all(work, gone.session_id)
    answers = await asyncio.gather(*(vigil.still_good(each) for each in (*good, gone)))
    assert answers == [True, True, False]
    assert access.looks == 1
    assert await vigil.still_good(good[0])
    assert access.looks == 2


async def test_F10_without_a_database_nobody_is_shown_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = CandidateAccess(SystemClock())
    vigil, asking = Vigil(database, access), await principals(database, access)

    def no_database() -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(database, "uow", no_database)
        answers = await asyncio.gather(*(vigil.still_good(each) for each in asking), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 3
    assert await vigil.still_good(asking[0])


class Door:
    """A socket that remembers how it was closed."""

    code: int | None = None

    def close(self, code: int) -> None:
        self.code = code


@pytest.mark.parametrize("failure", [Unavailable(), RuntimeError("the driver's own")])
async def test_S03_a_look_that_fails_does_not_end_the_watch_over_a_socket(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "STILL_GOOD_EVERY_S", 0.0)
    answers: list[bool | Exception] = [True, failure, False]

    async def still_good() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    door = Door()
    await channel.watch_credential(door, still_good)
    assert door.code == CLOSE_POLICY
