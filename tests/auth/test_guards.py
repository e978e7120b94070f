from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.auth.conftest import PASSWORD, bearer, new_session
from tests.support.clock import FakeClock

from viva.auth import (
    ApiKeyPrincipal,
    AuthService,
    CandidateAccess,
    CandidatePrincipal,
    User,
    UserPrincipal,
    may_access_session,
)
from viva.platform.database import Database
from viva.platform.errors import NotFound
from viva.platform.ids import uuid7

PUBLIC = {
    "/login",
    "/logout",
    "/api/token",
    "/api/token/refresh",
    "/api/token/revoke",
    "/open",
    "/i/{token:str}",
    "/healthz",
    "/readyz",
    "/metrics",
    "/language",
    "/static/{file_path:path}",
}
"""The reviewed list: whatever is reached without a role stands here."""


def http_calls(app: Litestar) -> list[tuple[str, str]]:
    return [
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path not in PUBLIC
        for method in route.methods
        if method != "OPTIONS"
    ]


async def test_S01_every_route_that_is_not_on_the_public_list_refuses_nobody_and_bad_tokens(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    calls = http_calls(app)
    assert len(calls) >= 8
    tried: dict[tuple[str, str, str], int] = {}
    for method, path in calls:
        address = path.format(session_id=uuid7(), key_id=uuid7())
        for name, headers in {
            "none": {},
            "garbage": bearer("garbage"),
            "unknown key": bearer("vkey_unknown"),
            "unknown candidate": bearer("vcand_unknown"),
        }.items():
            answer = await client.request(
                method, address, headers=headers | {"Accept": "application/json"}, json={}
            )
            tried[(name, method, path)] = answer.status_code
    # a page sends people without an account nowhere but to sign in; programs are told 401
    assert {call: status for call, status in tried.items() if status not in {401, 303}} == {}
    assert {path for (_, _, path), status in tried.items() if status == 303} <= set()


async def test_S01_a_route_without_a_word_about_who_may_call_it_is_closed_to_candidates(
    client: httpx.AsyncClient,
    database: Database,
    candidates: CandidateAccess,
    session_id: UUID,
    clock: FakeClock,
) -> None:
    async with database.uow() as work:
        token = await candidates.issue_bearer(work, session_id, clock.now() + timedelta(hours=1))
    for path in ("/api/nothing-said", "/api/for-admins", "/api/for-reviewers", "/api/keys", "/api/users/me"):
        answer = await client.get(path, headers=bearer(token))
        assert (path, answer.status_code) == (path, 403)
    assert (await client.get(f"/api/sessions/{session_id}", headers=bearer(token))).status_code == 200


async def test_S01_a_reviewer_may_not_do_what_admins_do(
    client: httpx.AsyncClient, token_of: Callable[..., Any], reviewer: User
) -> None:
    token = (await token_of(reviewer))["access_token"]
    assert (await client.get("/api/for-reviewers", headers=bearer(token))).status_code == 200
    assert (await client.get("/api/for-admins", headers=bearer(token))).status_code == 403
    assert (await client.get("/api/keys", headers=bearer(token))).status_code == 403
    made = await client.post("/api/keys", headers=bearer(token), json={"label": "mine", "role": "admin"})
    assert made.status_code == 403


async def test_S01_the_refusal_says_in_words_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/users/me", headers={"Accept-Language": "ko"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"
    bad = await client.get("/api/users/me", headers=bearer("old") | {"Accept-Language": "ko"})
    assert bad.json() == bad.json() | {
        "code": "bad_token",
        "message": "로그인이 더 이상 유효하지 않습니다. 다시 로그인해 주세요.",
    }


async def test_a_bad_bearer_never_falls_back_to_a_good_cookie(client: httpx.AsyncClient, admin: User) -> None:
    await client.post("/login", data={"email": admin.email, "password": PASSWORD})
    assert (await client.get("/api/users/me")).status_code == 200
    assert (await client.get("/api/users/me", headers=bearer("stale"))).status_code == 401
    seen = (await client.get("/open", headers=bearer("stale"))).json()
    assert seen == {"means": "refused", "known": False}


async def socket_messages(app: Litestar, headers: dict[str, str]) -> list[dict[str, Any]]:
    """What the application sends to somebody who opens the socket."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "wss",
        "path": "/api/live",
        "raw_path": b"/api/live",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"viva.test"),
            *((key.lower().encode(), value.encode()) for key, value in headers.items()),
        ],
        "client": ("203.0.113.7", 50_000),
        "server": ("viva.test", 443),
        "subprotocols": [],
        "extensions": {},
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    return sent


async def test_S01_a_socket_is_refused_before_it_is_accepted(
    app: Litestar,
    database: Database,
    candidates: CandidateAccess,
    session_id: UUID,
    clock: FakeClock,
) -> None:
    for headers in ({"Origin": "https://viva.test"}, bearer("garbage"), bearer("vcand_unknown")):
        sent = await socket_messages(app, headers)
        assert [message["type"] for message in sent] == ["websocket.close"]

    async with database.uow() as work:
        token = await candidates.issue_bearer(work, session_id, clock.now() + timedelta(hours=1))
        cookie = await candidates.issue_cookie(work, session_id, clock.now() + timedelta(hours=1))
    by_cookie = {"Origin": "https://viva.test", "Cookie": f"__Host-viva-candidate={cookie}"}
    for headers in (bearer(token), by_cookie):
        sent = await socket_messages(app, headers)
        assert sent[0]["type"] == "websocket.accept"
        assert "CandidatePrincipal" in sent[1]["text"]


async def test_S02_another_candidates_session_looks_as_if_it_were_not_there(
    client: httpx.AsyncClient,
    database: Database,
    candidates: CandidateAccess,
    session_id: UUID,
    clock: FakeClock,
) -> None:
    other_id = await new_session(database, clock)
    async with database.uow() as work:
        token = await candidates.issue_bearer(work, session_id, clock.now() + timedelta(hours=1))
    mine = await client.get(f"/api/sessions/{session_id}", headers=bearer(token))
    theirs = await client.get(f"/api/sessions/{other_id}", headers=bearer(token))
    nobodys = await client.get(f"/api/sessions/{uuid7()}", headers=bearer(token))
    assert (mine.status_code, theirs.status_code, nobodys.status_code) == (200, 404, 404)
    assert theirs.json()["code"] == nobodys.json()["code"] == "not_found"
    assert (await client.get(f"/api/sessions/{session_id}/notes", headers=bearer(token))).status_code == 404


ADMIN = UserPrincipal(uuid7(), "a@example.com", "admin", uuid7())
REVIEWER = UserPrincipal(uuid7(), "r@example.com", "reviewer", uuid7())
KEY = ApiKeyPrincipal(uuid7(), "reviewer")
SESSION, OTHER = uuid7(), uuid7()
CANDIDATE = CandidatePrincipal(SESSION, uuid7())


@pytest.mark.parametrize(
    ("principal", "session_id", "options", "let_in"),
    [
        (ADMIN, SESSION, {"candidate_ok": False}, True),
        (ADMIN, SESSION, {"candidate_ok": False, "reviewer_ids": ()}, True),
        (REVIEWER, SESSION, {"candidate_ok": False}, True),
        (REVIEWER, SESSION, {"candidate_ok": True, "reviewer_ids": ()}, False),
        (REVIEWER, SESSION, {"candidate_ok": False, "reviewer_ids": (REVIEWER.user_id,)}, True),
        (KEY, SESSION, {"candidate_ok": False}, True),
        (CANDIDATE, SESSION, {"candidate_ok": True}, True),
        (CANDIDATE, SESSION, {"candidate_ok": False}, False),
        (CANDIDATE, OTHER, {"candidate_ok": True}, False),
        (None, SESSION, {"candidate_ok": True}, False),
    ],
)
def test_S02_a_session_is_there_only_for_those_whose_it_is(
    principal: Any, session_id: UUID, options: dict[str, Any], let_in: bool
) -> None:
    if let_in:
        may_access_session(principal, session_id, **options)
    else:
        with pytest.raises(NotFound):
            may_access_session(principal, session_id, **options)


async def test_staff_in_whose_browser_a_candidate_is_too_act_as_that_candidate_in_the_room(
    client: httpx.AsyncClient,
    database: Database,
    candidates: CandidateAccess,
    session_id: UUID,
    admin: User,
    clock: FakeClock,
) -> None:
    await client.post("/login", data={"email": admin.email, "password": PASSWORD})
    assert (await client.get(f"/interview/{session_id}")).status_code == 404
    async with database.uow() as work:
        cookie = await candidates.issue_cookie(work, session_id, clock.now() + timedelta(hours=1))
    client.cookies.set("__Host-viva-candidate", cookie, domain="viva.test")
    assert (await client.get(f"/interview/{session_id}")).json() == {"as": str(session_id)}
    assert (await client.get("/api/users/me")).json()["email"] == admin.email


async def test_an_api_key_acts_with_its_role_until_it_is_revoked(
    client: httpx.AsyncClient, token_of: Callable[..., Any], admin: User, service: AuthService
) -> None:
    token = bearer((await token_of(admin))["access_token"])
    made = await client.post("/api/keys", headers=token, json={"label": "ATS", "role": "reviewer"})
    assert made.status_code == 201
    key = bearer(made.json()["key"])

    assert (await client.get("/api/users/me", headers=key)).json() == {
        "id": made.json()["id"],
        "email": None,
        "role": "reviewer",
        "kind": "api_key",
    }
    assert (await client.get("/api/for-admins", headers=key)).status_code == 403
    listed = (await client.get("/api/keys", headers=token)).json()["items"]
    assert [(item["label"], item["last_used_on"], "key" in item) for item in listed] == [
        ("ATS", "2026-11-22", False)
    ]

    for _ in range(2):
        gone = await client.delete(f"/api/keys/{made.json()['id']}", headers=token)
        assert gone.status_code == 204
    assert (await client.get("/api/users/me", headers=key)).status_code == 401
    assert (await client.delete(f"/api/keys/{uuid7()}", headers=token)).status_code == 404


async def test_no_api_key_makes_another_one(
    client: httpx.AsyncClient, database: Database, service: AuthService
) -> None:
    async with database.uow() as work:
        _, secret = await service.create_key(work, "root", "admin")
    assert (await client.get("/api/for-admins", headers=bearer(secret))).status_code == 200
    made = await client.post("/api/keys", headers=bearer(secret), json={"label": "child"})
    assert made.status_code == 403
