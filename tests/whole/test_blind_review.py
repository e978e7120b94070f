"""Row 33: who reviews blind learns whose interview it is by scoring it, or on record."""

import re
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from tests.support.candidate import Candidate
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Served
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME = "Okonkwo Adaeze"
SAID = (
    "My name is Okonkwo Adaeze, I am thirty four years old and I come from Enugu. "
    "I studied at the University of Leeds and wrote the parser that our billing uses."
)
GIVES_AWAY = ("Okonkwo", "Adaeze", "adaeze@example.test", "thirty four", "Enugu", "Leeds")
KEPT = "wrote the parser that our billing uses"


class Blind(msgspec.Struct):
    """An interview that was completed for a position that is reviewed blind, and who may look at it."""

    candidate: Candidate
    reference: str
    reader: dict[str, str]
    program: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def position_id(served: Served) -> str:
    answer = await served.http.post(
        "/api/positions",
        json={"title": "Parser engineer", "language": "en", "blind_review": True},
        headers=await served.admin_bearer(),
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["blind_review"] is True
    return str(answer.json()["id"])


@pytest_asyncio.fixture(loop_scope="session")
async def blind(served: Served, position_id: str) -> AsyncIterator[Blind]:
    admin = await served.admin_bearer()
    candidate = await served.new_candidate(
        user_name=NAME, email="adaeze@example.test", position="Parser engineer", position_id=position_id
    )
    for question_id in await candidate.questions():
        (await candidate.type_answer(question_id, SAID)).raise_for_status()
    digits = candidate.session_id.replace("-", "")[-8:].upper()
    made = await served.http.post("/api/keys", json={"label": "ats", "role": "admin"}, headers=admin)
    assert made.status_code == 201, made.text
    program = {"Authorization": f"Bearer {made.json()['key']}"}
    yield Blind(candidate, f"{digits[:4]}-{digits[4:]}", admin, program)


async def everything(served: Served, blind: Blind, headers: dict[str, str]) -> str:
    """All that tells of this interview over the API, and the pages."""
    path, found = blind.candidate.path, []
    for what in ("", "/questions", "/transcript", "/results"):
        answer = await served.http.get(f"{path}{what}", headers=headers)
        assert answer.status_code == 200, (what, answer.text)
        found.append(answer.text)
    found.append((await served.http.get("/api/sessions", headers=headers)).text)
    return "\n".join(found)


async def pages(served: Served, blind: Blind) -> str:
    """The list and the interview's page as a signed-in admin's browser gets them."""
    async with httpx.AsyncClient(base_url=served.url, headers={"Accept-Language": "en"}) as browser:
        form = {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
        signed_in = await browser.post("/login", data=form)
        cookies = (SimpleCookie(header) for header in signed_in.headers.get_list("set-cookie"))
        browser.headers["Cookie"] = "; ".join(f"{m.key}={m.value}" for one in cookies for m in one.values())
        found = [await browser.get("/admin/sessions"), await browser.get(f"/admin{page_of(blind)}")]
    assert [each.status_code for each in found] == [200, 200]
    return "\n".join(each.text for each in found)


def page_of(blind: Blind) -> str:
    return blind.candidate.path.removeprefix("/api")


def given_away(text: str) -> list[str]:
    return [word for word in GIVES_AWAY if word in text]


async def levels(served: Served, blind: Blind) -> dict[str, Any]:
    results = (await served.http.get(f"{blind.candidate.path}/results", headers=blind.program)).json()
    return {one["question"]["competency"]: "yes" for one in results["answers"]}


async def listed(served: Served, words: str, headers: dict[str, str]) -> list[str]:
    answer = await served.http.get("/api/sessions", params={"q": words}, headers=headers)
    return [one["id"] for one in answer.json()["items"]]


async def test_no_route_and_no_page_tells_a_blind_reviewer_who_it_is(served: Served, blind: Blind) -> None:
    shown = await everything(served, blind, blind.reader)
    assert given_away(shown) == []
    assert KEPT in shown, "what was done is not hidden"
    assert blind.reference in shown
    html = await pages(served, blind)
    assert given_away(html) == []
    assert KEPT in html
    assert blind.reference in html
    assert "<video" not in html


async def test_sound_pictures_and_the_live_channel_stay_closed_with_a_reason(
    served: Served, blind: Blind
) -> None:
    closed = await served.http.get(f"{blind.candidate.path}/recording", headers=blind.reader)
    assert (closed.status_code, closed.json()["code"]) == (409, "identity_hidden")
    with pytest.raises(InvalidStatus):
        async with connect(blind.candidate.live_url, additional_headers=blind.reader, proxy=None):
            pass


async def test_a_hidden_name_cannot_be_searched_for_but_the_reference_can(
    served: Served, blind: Blind
) -> None:
    assert blind.candidate.session_id not in await listed(served, "Okonkwo", blind.reader)
    assert await listed(served, blind.reference, blind.reader) == [blind.candidate.session_id]
    assert blind.candidate.session_id in await listed(served, "Okonkwo", blind.program)


async def test_programs_and_the_candidate_themselves_see_the_name(served: Served, blind: Blind) -> None:
    assert set(given_away(await everything(served, blind, blind.program))) == set(GIVES_AWAY) - {
        "adaeze@example.test"
    }
    assert NAME in (await blind.candidate.get()).text


async def test_scoring_opens_everything_and_is_marked_as_blind(served: Served, blind: Blind) -> None:
    criteria = {"levels": await levels(served, blind)}
    answer = await served.http.post(f"{blind.candidate.path}/reviews", json=criteria, headers=blind.reader)
    assert answer.status_code == 201, answer.text
    assert answer.json()["blind"] is True
    assert NAME in await everything(served, blind, blind.reader)
    assert NAME in await pages(served, blind)
    again = await served.http.post(f"{blind.candidate.path}/reviews", json=criteria, headers=blind.reader)
    assert again.json()["blind"] is False, "the second view knew who it was"


async def test_whoever_decides_to_know_is_told_of_beside_the_scores(served: Served, blind: Blind) -> None:
    opened = await served.http.post(f"{blind.candidate.path}/identity", headers=blind.reader)
    assert opened.json()["user_name"] == NAME
    assert (await served.http.post(f"{blind.candidate.path}/identity", headers=blind.reader)).is_success
    criteria = {"levels": await levels(served, blind)}
    answer = await served.http.post(f"{blind.candidate.path}/reviews", json=criteria, headers=blind.reader)
    assert answer.json()["blind"] is False
    html = await pages(served, blind)
    assert NAME in html
    assert re.search(rf"{re.escape(ADMIN_EMAIL)} knew whose interview this is before scoring it", html)


async def test_one_reviewer_who_knows_tells_no_other(served: Served, blind: Blind) -> None:
    async with (await served.part("database")).uow() as work:
        user = await (await served.part("auth")).create_user(
            work, f"{blind.reference.lower()}@example.test", "battery staple horse", "reviewer"
        )
        await (await served.part("sessions")).assign(work, blind.candidate.session_id, user.id)
    other = await served.bearer(f"{blind.reference.lower()}@example.test", "battery staple horse")
    await served.http.post(f"{blind.candidate.path}/identity", headers=blind.reader)
    assert given_away(await everything(served, blind, other)) == []
