"""What every answer of the real system has in common: headers, cookies, no stores, no writes, no insides."""

import random
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event, text
from tests.support.candidate import Candidate
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = {"Sec-Fetch-Site": "same-origin"}
PAGE = {"Accept": "text/html", "Accept-Language": "en"}


@asynccontextmanager
async def _browser(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A browser keeps Secure cookies of localhost; httpx does not, so they are carried by hand."""
    headers = OWN | PAGE | {"Origin": served.url}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client:
        yield client


def _carry(client: httpx.AsyncClient, answer: httpx.Response) -> None:
    client.cookies.clear()
    headers = answer.headers.get_list("set-cookie")
    morsels = [morsel for header in headers for morsel in SimpleCookie(header).values()]
    client.headers["Cookie"] = "; ".join(f"{morsel.key}={morsel.value}" for morsel in morsels)


async def _signed_in(client: httpx.AsyncClient) -> httpx.Response:
    answer = await client.post("/login", data={"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD})
    assert answer.status_code == 303
    _carry(client, answer)
    return answer


async def _started(client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    form = {"user_name": "Kim Minji", "position": "Designer", "language": "en", "form_id": str(uuid4())}
    answer = await client.post("/", data=form)
    assert answer.status_code == 303, answer.text
    _carry(client, answer)
    return answer, answer.headers["Location"].split("/")[2]


async def test_S10_every_cookie_of_the_whole_way_is_host_bound_secure_and_small(served: Served) -> None:
    """The choice of a language, no secret, needs https for it: `tests/platform/web` holds that."""
    headers = []
    async with _browser(served) as client:
        started, _ = await _started(client)
        headers += started.headers.get_list("set-cookie")
    async with _browser(served) as client:
        headers += (await _signed_in(client)).headers.get_list("set-cookie")
        headers += (await client.post("/logout")).headers.get_list("set-cookie")
    async with _browser(served) as client:
        path = (await served.new_session())["join_url"].removeprefix(served.url)
        headers += (await client.post(path)).headers.get_list("set-cookie")
    assert len(headers) >= 4
    for header in headers:
        [(name, morsel)] = SimpleCookie(header).items()
        assert name.startswith("__Host-"), name
        assert morsel["secure"], header
        assert morsel["httponly"], header
        assert morsel["samesite"] in {"Lax", "Strict", "lax", "strict"}
        assert morsel["path"] == "/"
        assert not morsel["domain"]
        assert len(header) < 4096


async def _many_kinds(served: Served) -> list[httpx.Response]:
    bearer = await served.admin_bearer()
    made = await served.new_session()
    one = f"/api/sessions/{made['id']}"
    http = served.http
    return [
        await http.get("/", headers=PAGE),
        await http.get("/login", headers=PAGE),
        await http.get("/admin/sessions", headers=PAGE),
        await http.get("/interview/" + made["id"] + "/room", headers=PAGE),
        await http.get(made["join_url"].removeprefix(served.url), headers=PAGE),
        await http.get("/nowhere", headers=PAGE),
        await http.get("/api/nowhere"),
        await http.get("/api/notice"),
        await http.get("/healthz"),
        await http.get("/readyz"),
        await http.get(one),
        await http.get(one, headers=bearer),
        await http.get(one + "/results", headers=bearer),
        await http.get(one + "/recording", headers=bearer),
        await http.put(one, headers=bearer),
        await http.post("/api/sessions", json={}, headers=bearer),
        await http.post("/api/sessions", content=b"{", headers=bearer | {"Content-Type": "application/json"}),
        await http.post("/api/sessions", content=b"x" * 2_000_000, headers=bearer),
        await http.post("/api/token", data={"username": "nobody@example.test", "password": "wrong"}),
        await http.post("/login", headers={"Origin": "https://evil.example"}),
        await http.get("/", headers={"Host": "evil.example"}),
        await http.get("/api/schema/openapi.json"),
    ]


async def test_S12_every_kind_of_answer_carries_the_headers(served: Served) -> None:
    for answer in await _many_kinds(served):
        where = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
        policy = answer.headers["Content-Security-Policy"]
        for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy, where
        assert "unsafe-inline" not in policy, where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, where
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", where
        assert "camera=(self)" in answer.headers["Permissions-Policy"], where
        assert "access-control-allow-origin" not in answer.headers, where


async def test_S50_nothing_but_static_files_may_be_kept_and_signing_out_clears_the_browser(
    served: Served,
) -> None:
    for answer in await _many_kinds(served):
        assert answer.headers["Cache-Control"] == "no-store", answer.request.url.path
    async with _browser(served) as client:
        await _signed_in(client)
        page = await client.get("/admin/sessions")
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
        out = await client.post("/logout")
        assert '"storage"' in out.headers["Clear-Site-Data"]


@contextmanager
def _writes(engine: Any) -> Iterator[list[str]]:
    """Statements that write, of everything but the job queue's own bookkeeping."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if re.match(r"\s*(insert|update|delete|merge|truncate)\b", statement, re.IGNORECASE) and (
            "job" not in statement
        ):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_S09_reading_writes_nothing_anywhere(served: Served) -> None:
    bearer = await served.admin_bearer()
    candidate = await served.new_candidate()
    link = (await served.new_session())["join_url"].removeprefix(served.url)
    paths = sorted(route.path_format for route in served.app.routes if "GET" in getattr(route, "methods", ()))
    engine = (await served.part("database")).engine.sync_engine
    with _writes(engine) as written:
        for path in paths:
            address = path.replace("{session_id}", candidate.session_id).replace("/i/{token}", link)
            address = re.sub(r"\{[^}]*\}", str(uuid4()), address)
            for headers in (bearer, candidate.headers, PAGE):
                await served.http.get(address, headers=headers)
    assert written == []
    assert len(paths) > 15


TABLES = {"users": "auth", "sessions": "sessions", "answers": "sessions", "utterances": "sessions"} | {
    "consents": "privacy",
    "positions": "questions",
}


@asynccontextmanager
async def _broken(served: Served, table: str) -> AsyncIterator[None]:
    """A fault in one module: its table is not what it was."""
    database = await served.part("database")

    async def rename(before: str, after: str) -> None:
        async with database.uow() as work:
            await work.db.execute(text(f'alter table "{before}" rename to "{after}"'))

    await rename(table, f"{table}_away")
    try:
        yield
    finally:
        await rename(f"{table}_away", table)


def _tells_nothing(answer: httpx.Response) -> None:
    assert answer.status_code in {500, 503}
    assert set(answer.json()) == {"code", "message", "detail"}
    assert answer.json()["code"] in {"internal_error", "unavailable"}
    for inside in ("select", "sqlalchemy", "traceback", "relation", "asyncpg", ".py", "_away"):
        assert inside not in answer.text.lower()


@pytest.mark.parametrize("table", TABLES)
async def test_S40_a_fault_in_any_module_says_nothing_of_the_inside_and_changes_nothing(
    served: Served, table: str
) -> None:
    candidate = await served.new_candidate(consent=False)
    first = (await candidate.questions())[0]
    bearer = await served.admin_bearer()
    version = (await served.http.get("/api/notice")).json()["notice_version"]
    decision = {"notice_version": version, "recording": True, "ai_evaluation": True}
    form = {"username": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
    calls = {
        "users": lambda: served.http.post("/api/token", data=form),
        "sessions": lambda: served.http.get("/api/sessions", headers=bearer),
        "answers": lambda: candidate.type_answer(first),
        "utterances": lambda: candidate.get("/transcript"),
        "consents": lambda: candidate.post("/consent", decision),
        "positions": lambda: served.http.get("/api/positions", headers=bearer),
    }
    if table == "answers":
        await candidate.consent()
    before = (await candidate.get()).json()
    async with _broken(served, table):
        _tells_nothing(await calls[table]())
    after = (await candidate.get()).json()
    assert after == before
    assert await candidate.utterances() == []


async def test_S40_a_fault_in_the_channel_is_told_in_general_and_leaves_it_open(served: Served) -> None:
    candidate = await served.new_candidate()
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel:
        async with _broken(served, "answers"):
            await channel.send("start_answer", question_id=first)
            assert await channel.error() in {"internal_error", "unavailable"}
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)


JUNK: list[Any] = [
    None,
    True,
    -1,
    0,
    2**63,
    1e308,
    "",
    " ",
    "x",
    "가" * 300,
    "\u202e",
    "null",
    "'; --",
    [],
    {},
]
JUNK += [
    "x" * 5_000,
    [[]],
    {"a": 1},
    "2026-13-45",
    "00000000-0000-0000-0000-000000000000",
    "../../etc",
    "%00",
]


def _value(chance: random.Random, schema: dict[str, Any], all_schemas: dict[str, Any]) -> Any:
    """Mostly what the schema asks for, often enough not."""
    if chance.random() < 0.25:
        return chance.choice(JUNK)
    if "$ref" in schema:
        return _value(chance, all_schemas[schema["$ref"].rsplit("/", 1)[1]], all_schemas)
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return _value(chance, chance.choice(schema[several]), all_schemas)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kind = schema.get("type")
    kind = chance.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        parts = schema.get("properties", {})
        return {n: _value(chance, part, all_schemas) for n, part in parts.items() if chance.random() < 0.85}
    if kind == "array":
        return [_value(chance, schema.get("items", {}), all_schemas) for _ in range(chance.randrange(3))]
    if schema.get("format") == "uuid":
        return str(uuid4())
    return {"integer": chance.randrange(-5, 300), "number": 0.5, "boolean": True}.get(str(kind), "some text")


async def test_S41_no_request_that_the_description_allows_or_nearly_allows_is_a_5xx(served: Served) -> None:
    described = (await served.http.get("/api/schema/openapi.json")).json()
    schemas = described.get("components", {}).get("schemas", {})
    chance = random.Random(20261122)  # noqa: S311 (a seed, not a secret)
    candidate = await served.new_candidate()
    credentials = [await served.new_bearer(), candidate.headers, {}]  # it may ask to revoke itself
    failures, asked = [], 0
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for _ in range(12):
                answer = await _ask(
                    served, chance, (path, method, operation), schemas, candidate, credentials
                )
                asked += 1
                is_json = answer.headers.get("Content-Type", "").startswith("application/json")
                failed = answer.status_code >= 400 and is_json
                shaped = not failed or set(answer.json()) == {"code", "message", "detail"}
                ready_may = path == "/readyz" and answer.status_code == 503
                if (answer.status_code >= 500 and not ready_may) or not shaped:
                    failures.append((method, path, answer.status_code, answer.text[:200]))
    assert failures == []
    assert asked > 150


async def _ask(
    served: Served,
    chance: random.Random,
    what: tuple[str, str, dict[str, Any]],
    schemas: dict[str, Any],
    candidate: Candidate,
    credentials: list[dict[str, str]],
) -> httpx.Response:
    path, method, operation = what
    query, headers = {}, dict(chance.choice(credentials))
    for parameter in operation.get("parameters", []):
        value = str(_value(chance, parameter.get("schema", {}), schemas))
        if parameter["in"] == "path":
            known = candidate.session_id if chance.random() < 0.7 else value
            path = path.replace("{" + parameter["name"] + "}", quote(known or "x", safe=""))
        elif parameter["in"] == "query" and chance.random() < 0.8:
            query[parameter["name"]] = value
        elif parameter["in"] == "header":
            headers[parameter["name"]] = quote(value)
    bodies = operation.get("requestBody", {}).get("content", {})
    sent: dict[str, Any] = {}
    for kind, body in bodies.items():
        value = _value(chance, body.get("schema", {}), schemas)
        if "json" in kind:
            sent = {"json": value}
        elif isinstance(value, dict):
            sent = {"data": {name: str(inner) for name, inner in value.items()}}
    return await served.http.request(method.upper(), path, params=query, headers=headers, **sent)
