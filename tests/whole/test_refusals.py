"""Who is let in where: every route of the real system, with nothing, rubbish or another's credential."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from litestar.handlers import HTTPRouteHandler
from tests.support.candidate import Candidate
from tests.support.server import Served
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

pytestmark = pytest.mark.asyncio(loop_scope="session")

PUBLIC = {
    "GET /",
    "POST /",
    "GET /i/{token:str}",
    "POST /i/{token:str}",
    "GET /login",
    "POST /login",
    "POST /logout",
    "POST /language",
    "POST /api/token",
    "POST /api/token/refresh",
    "POST /api/token/revoke",
    "GET /api/notice",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /static/{file_path:path}",
    "GET /favicon.ico",
    "GET /robots.txt",
}
"""Reviewed: nothing of anybody is behind these without a secret in the request itself."""
PUBLIC_TREES = ("/api/schema",)
BODIES: dict[str, dict[str, Any]] = {
    "consent": {"json": {"notice_version": "2026-11-1", "recording": True, "ai_evaluation": True}},
    "answers": {"json": {"question_id": str(uuid4()), "text": "x"}},
    "offer": {"json": {"sdp": "v=0", "type": "offer"}},
    "reviews": {"json": {"levels": {}, "note": "x", "decision": "advance"}},
    "review": {"data": {"note": "x", "decision": "advance"}},
    "link": {"data": {"x": "x"}},
    "evaluate": {"data": {"x": "x"}},
    "evaluations": {},
    "identity": {},
    "resume": {"files": dict.fromkeys(("file", "resume"), ("cv.txt", b"Ten years of schedulers."))},
    "drafts": {"data": {"act": "reject", "text": "What did you build?"}},
    "accept": {"json": {"text": "What did you build there?", "competency": "ownership"}},
    "reject": {},
    "again": {"data": {"x": "x"}},
    "remove": {"data": {"x": "x"}},
}
"""A good body for each address whose last word is this."""
PASSWORD = "a very long pass phrase 42"


def _routes(served: Served) -> list[tuple[str, str]]:
    """Method and path template of everything that is mounted; sockets are `WS`."""
    found = []
    for route in served.app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:  # type: ignore[union-attr]
            methods = handler.http_methods if isinstance(handler, HTTPRouteHandler) else {"WS"}
            found += [(str(method), route.path_format) for method in methods if method != "OPTIONS"]
    return sorted(set(found))


def _template(served: Served, method: str, path: str) -> str:
    [full] = {route.path for route in served.app.routes if route.path_format == path}
    return f"{method} {full}"


def _closed(served: Served) -> list[tuple[str, str]]:
    return [
        (method, path)
        for method, path in _routes(served)
        if _template(served, method, path) not in PUBLIC and not path.startswith(PUBLIC_TREES)
    ]


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", str(uuid4()), path)


async def _status(served: Served, method: str, path: str, headers: dict[str, str]) -> int:
    if method != "WS":
        response = await served.http.request(method, _filled(path), headers=headers)
        return response.status_code
    try:
        async with connect(f"ws{served.url[4:]}{_filled(path)}", additional_headers=headers, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def _is_page(path: str) -> bool:
    return not path.startswith("/api")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(served: Served) -> AsyncIterator[dict[str, Any]]:
    """Two reviewers with a candidate each, and a token that has ended."""
    for name in ("one", "two", "gone"):
        await _make_reviewer(served, f"{name}@example.test")
    one = await served.bearer("one@example.test", PASSWORD)
    two = await served.bearer("two@example.test", PASSWORD)
    gone = await served.bearer("gone@example.test", PASSWORD)
    await served.http.post("/api/token/revoke", headers=gone)
    mine = await served.new_session(headers=one, user_name="Candidate of one")
    theirs = await served.new_session(headers=two, user_name="Candidate of two")
    yield {"one": one, "two": two, "gone": gone, "mine": mine, "theirs": theirs}


async def _make_reviewer(served: Served, email: str) -> None:
    async with (await served.part("database")).uow() as work:
        await (await served.part("auth")).create_user(work, email, PASSWORD, "reviewer")


async def test_S01_finding_2_every_route_but_the_reviewed_ones_refuses_nobody(served: Served) -> None:
    let_in = []
    for method, path in _closed(served):
        status = await _status(served, method, path, {})
        to_login = status == 303 and _is_page(path)
        if status not in {401, 403} and not to_login:
            let_in.append((method, path, status))
    assert let_in == []
    assert len(_closed(served)) > 15


async def test_S01_every_route_refuses_a_credential_that_is_over_or_made_up(
    served: Served, people: dict[str, Any]
) -> None:
    bad = [people["gone"], {"Authorization": f"Bearer vcand_{'x' * 43}"}, {"Authorization": "Bearer a.b.c"}]
    let_in = []
    for method, path in _closed(served):
        for headers in bad:
            status = await _status(served, method, path, headers)
            if status not in {401, 403} and not (status == 303 and _is_page(path)):
                let_in.append((method, path, status))
    assert let_in == []


async def test_S01_a_candidate_gets_nothing_but_the_candidates_routes(
    served: Served, people: dict[str, Any]
) -> None:
    """With ids that exist nowhere: 403 for the role, or 404 where candidates may come but not to this."""
    headers = {"Authorization": f"Bearer {people['mine']['candidate_token']}"}
    let_in = []
    for method, path in _closed(served):
        status = await _status(served, method, path, headers)
        unread = method == "POST" and status in {400, 422}
        if not (status in {401, 403, 404} or unread or (status == 303 and _is_page(path))):
            let_in.append((method, path, status))
    assert let_in == [], "200 for nobody's id or a list would be another's data"


async def test_S01_what_is_public_is_what_was_reviewed(served: Served) -> None:
    public = {
        _template(served, method, path)
        for method, path in _routes(served)
        if not path.startswith(PUBLIC_TREES)
        and (await _status(served, method, path, {})) not in {401, 403, 303}
    }
    assert public <= PUBLIC


async def test_finding_2_a_401_says_in_words_what_to_do_and_pages_lead_to_signing_in_and_back(
    served: Served,
) -> None:
    refused = await served.http.post("/api/sessions", json={}, headers={"Accept-Language": "en"})
    assert refused.status_code == 401
    assert refused.json()["code"] == "unauthenticated"
    assert "sign in" in refused.json()["message"]
    page = await served.http.get("/admin/sessions", headers={"Accept": "text/html"})
    assert page.status_code == 303
    assert "/login" in page.headers["Location"]
    assert "next=%2Fadmin%2Fsessions" in page.headers["Location"]


def _object_routes(served: Served) -> list[tuple[str, str]]:
    return [(method, path) for method, path in _closed(served) if "{session_id}" in path]


async def test_S02_ids_swapped_between_candidates_and_reviewers_find_nothing(
    served: Served, people: dict[str, Any]
) -> None:
    """Every route with a session in it: 404 (401 for candidates' pages), and not a byte of what is there."""
    theirs = people["theirs"]["id"]
    strangers = {
        "reviewer": people["one"],
        "candidate": {"Authorization": f"Bearer {people['mine']['candidate_token']}"},
    }
    leaks = []
    for method, path in _object_routes(served):
        for who, headers in strangers.items():
            address = re.sub(r"\{[^}]*\}", str(uuid4()), path.replace("{session_id}", theirs))
            if method == "WS":
                status, text = await _status(served, method, address, headers), ""
            else:
                sent = {} if method == "GET" else BODIES[re.findall(r"/(\w+)", path)[-1]]
                answer = await served.http.request(method, address, headers=headers, **sent)
                status, text = answer.status_code, answer.text
            to_login = status == 303 and _is_page(path)
            if not (status in {401, 403, 404} or to_login) or "Candidate of two" in text:
                leaks.append((who, method, path, status))
    assert leaks == []
    api = [path for _method, path in _object_routes(served) if path.startswith("/api/")]
    for path in api:
        answer = await served.http.get(path.replace("{session_id}", theirs), headers=strangers["reviewer"])
        assert answer.status_code in {404, 405}, path
    assert len(api) >= 8


async def test_S02_lists_hold_only_what_is_ones_own_and_the_admin_sees_all(
    served: Served, people: dict[str, Any]
) -> None:
    async def listed(headers: dict[str, str]) -> set[str]:
        items = (await served.http.get("/api/sessions?limit=200", headers=headers)).json()["items"]
        return {item["id"] for item in items}

    mine, theirs = people["mine"]["id"], people["theirs"]["id"]
    assert await listed(people["one"]) == {mine}
    assert await listed(people["two"]) == {theirs}
    assert {mine, theirs} <= await listed(await served.admin_bearer())


async def test_S03_an_open_channel_closes_soon_after_its_credential_is_revoked(
    served: Served, people: dict[str, Any]
) -> None:
    made = await served.new_session()
    candidate = Candidate(served.url, served.http, made["id"], made["candidate_token"])
    async with candidate.channel() as channel:
        async with (await served.part("database")).uow() as work:
            await (await served.part("candidates")).revoke_all(work, made["id"])
        assert (await candidate.get()).status_code == 401
        assert await channel.closed() == 1008


async def test_S04_a_link_works_once_and_no_log_or_page_holds_its_token(
    served: Served, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await served.new_session()
    path = made["join_url"].removeprefix(served.url)
    token = path.rsplit("/", 1)[1]
    own = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(base_url=served.url) as browser:
        shown = await browser.get(path)
        assert shown.status_code == 200
        assert shown.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
        swapped = await browser.post(path, headers=own)
        assert swapped.status_code == 303
        assert token not in swapped.headers["Location"]
    async with httpx.AsyncClient(base_url=served.url) as another:
        assert (await another.post(path, headers=own)).status_code == 401
        assert (await another.get(path)).status_code == 401
    assert token not in caplog.text
    printed = capsys.readouterr()
    assert token not in printed.out + printed.err


FOREIGN = {
    "evil": "https://evil.example",
    "null": "null",
    "suffix": "http://localhost.evil.example",
    "subdomain": "http://evil.localhost",
    "another port": "http://localhost:1",
}


@pytest.mark.parametrize("origin", FOREIGN.values(), ids=FOREIGN)
async def test_S07_a_page_of_another_origin_opens_no_channel_whatever_it_carries(
    served: Served, origin: str
) -> None:
    candidate = await served.new_candidate(consent=False)
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            candidate.live_url, origin=origin, additional_headers=candidate.headers, proxy=None
        ):
            pass
    assert refused.value.response.status_code == 403


async def test_S09_every_unsafe_route_refuses_another_site(served: Served) -> None:
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    taken = []
    for method, path in _routes(served):
        if method in {"GET", "HEAD", "WS"}:
            continue
        answer = await served.http.request(method, _filled(path), headers=foreign)
        if answer.status_code != 403:
            taken.append((method, path, answer.status_code))
    assert taken == []


async def test_S48_a_host_that_is_not_ours_is_refused_by_the_whole_system(served: Served) -> None:
    for host in ("evil.example", "localhost.evil.example", ""):
        answer = await served.http.get("/", headers={"Host": host})
        assert answer.status_code == 400
    answer = await served.http.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.text
