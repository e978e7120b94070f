import asyncio
import base64
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from tests.auth.conftest import bearer, new_session
from tests.support.clock import FakeClock

from viva.auth import BadLink, CandidateAccess, Swapped
from viva.platform.database import Database

HOUR = timedelta(hours=1)


@pytest.fixture
async def link(database: Database, candidates: CandidateAccess, session_id: UUID, clock: FakeClock) -> str:
    async with database.uow() as work:
        return await candidates.issue_link(work, session_id, clock.now() + HOUR)


async def test_S04_a_link_is_swapped_once_for_a_cookie_of_its_session(
    client: httpx.AsyncClient, link: str, session_id: UUID
) -> None:
    first = await client.get(f"/i/{link}")
    again = await client.get(f"/i/{link}")
    assert first.json()["session_id"] == str(session_id)
    assert (again.status_code, "cookie" in again.text) == (401, False)

    client.cookies.set("__Host-viva-candidate", first.json()["cookie"], domain="viva.test")
    assert (await client.get(f"/interview/{session_id}")).json() == {"as": str(session_id)}


async def test_S04_a_link_has_256_random_bits_and_only_its_hash_is_kept(
    database: Database, link: str
) -> None:
    prefix, _, secret = link.partition("_")
    assert prefix == "vcand"
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    async with database.uow() as work:
        rows = (await work.db.execute(text("select c::text from candidate_credentials c"))).scalars().all()
    assert len(rows) == 1
    assert secret not in rows[0]
    assert secret.encode().hex() not in rows[0]


async def test_S04_a_link_that_is_late_or_revoked_opens_nothing(
    client: httpx.AsyncClient,
    database: Database,
    candidates: CandidateAccess,
    session_id: UUID,
    link: str,
    clock: FakeClock,
) -> None:
    async with database.uow() as work:
        revoked = await candidates.issue_link(work, session_id, clock.now() + 3 * HOUR)
        await candidates.revoke_all(work, session_id)
        await candidates.revoke_all(work, session_id)
        late = await candidates.issue_link(work, session_id, clock.now() + HOUR)
    clock.advance(3601)
    for token in (link, revoked, late, "vcand_unknown"):
        assert (await client.get(f"/i/{token}")).status_code == 401
    async with database.uow() as work:
        assert [await candidates.peek(work, token) for token in (link, revoked, late)] == [None] * 3


async def test_S04_a_link_is_no_bearer_and_no_cookie_and_neither_stands_for_the_other(
    client: httpx.AsyncClient,
    database: Database,
    candidates: CandidateAccess,
    session_id: UUID,
    link: str,
    clock: FakeClock,
) -> None:
    async with database.uow() as work:
        cookie = await candidates.issue_cookie(work, session_id, clock.now() + HOUR)
        token = await candidates.issue_bearer(work, session_id, clock.now() + HOUR)
    path = f"/api/sessions/{session_id}"
    for wrong in (link, cookie):
        assert (await client.get(path, headers=bearer(wrong))).status_code == 401
    for wrong in (link, token):
        sent = {"Cookie": f"__Host-viva-candidate={wrong}", "Accept": "application/json"}
        assert (await client.get(path, headers=sent)).status_code == 401
    assert (await client.get(path, headers=bearer(token))).status_code == 200
    clock.advance(3601)
    assert (await client.get(path, headers=bearer(token))).status_code == 401


async def test_S37_fifty_openings_of_one_link_at_once_give_one_cookie(
    database: Database, candidates: CandidateAccess, link: str
) -> None:
    async def swap() -> Swapped | None:
        try:
            async with database.uow() as work:
                return await candidates.swap_link(work, link)
        except BadLink:
            return None

    results = await asyncio.gather(*(swap() for _ in range(50)))
    assert sum(result is not None for result in results) == 1
    async with database.uow() as work:
        count = "select count(*) from candidate_credentials where kind = 'cookie'"
        assert (await work.db.execute(text(count))).scalar_one() == 1


async def test_the_browser_that_opened_a_link_may_open_it_again_and_keeps_its_cookie(
    database: Database, candidates: CandidateAccess, link: str, session_id: UUID, clock: FakeClock
) -> None:
    async with database.uow() as work:
        assert (await candidates.peek(work, link)) is not None
        swapped = await candidates.swap_link(work, link)
        assert swapped.cookie is not None
        held = await candidates.resolve(work, swapped.cookie, kind="cookie")
        assert held is not None
        found = await candidates.peek(work, link)
        assert found is not None
        assert (found.session_id, found.used) == (session_id, True)
        again = await candidates.swap_link(work, link, held=held)
        assert (again.session_id, again.cookie) == (session_id, None)

    other_id = await new_session(database, clock)
    async with database.uow() as work:
        cookie = await candidates.issue_cookie(work, other_id, clock.now() + HOUR)
        stranger = await candidates.resolve(work, cookie, kind="cookie")
    with pytest.raises(BadLink):
        async with database.uow() as work:
            await candidates.swap_link(work, link, held=stranger)


async def test_a_link_opened_at_the_last_minute_leaves_time_for_the_interview(
    database: Database, candidates: CandidateAccess, link: str, clock: FakeClock
) -> None:
    clock.advance(minutes=59)
    async with database.uow() as work:
        swapped = await candidates.swap_link(work, link)
    assert swapped.expires_at == clock.now() + timedelta(hours=24)


async def test_S11_opening_another_link_gives_the_browser_a_new_secret_for_the_other_session(
    browse: Callable[..., httpx.AsyncClient],
    database: Database,
    candidates: CandidateAccess,
    link: str,
    clock: FakeClock,
) -> None:
    client = browse()
    first = (await client.get(f"/i/{link}")).json()
    other_id = await new_session(database, clock)
    async with database.uow() as work:
        other_link = await candidates.issue_link(work, other_id, clock.now() + HOUR)
    client.cookies.set("__Host-viva-candidate", first["cookie"], domain="viva.test")
    second = (await client.get(f"/i/{other_link}")).json()
    assert second["cookie"] not in {None, first["cookie"]}
    client.cookies.set("__Host-viva-candidate", second["cookie"], domain="viva.test")
    assert (await client.get(f"/interview/{first['session_id']}")).status_code == 404
    assert (await client.get(f"/interview/{other_id}")).status_code == 200


async def test_S03_a_candidate_whose_access_is_revoked_is_out_at_the_next_request(
    client: httpx.AsyncClient,
    database: Database,
    candidates: CandidateAccess,
    session_id: UUID,
    clock: FakeClock,
) -> None:
    async with database.uow() as work:
        token = await candidates.issue_bearer(work, session_id, clock.now() + HOUR)
        principal = await candidates.resolve(work, token)
        assert principal is not None
        assert await candidates.good_among(work, [principal.credential_id])
    async with database.uow() as work:
        await candidates.revoke_all(work, session_id)
    assert (await client.get(f"/api/sessions/{session_id}", headers=bearer(token))).status_code == 401
    async with database.uow() as work:
        assert not await candidates.good_among(work, [principal.credential_id])
