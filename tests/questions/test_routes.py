"""Positions over HTTP: who may, and what comes back."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.middleware import ASGIMiddleware
from litestar.testing import AsyncTestClient

from viva.auth import ApiKeyPrincipal, CandidatePrincipal
from viva.platform.errors import VivaError
from viva.platform.web import status_of
from viva.questions import Positions
from viva.questions.routes import router

BODY = {
    "title": "결제 백엔드 개발자",
    "language": "ko",
    "questions": [{"text": "결제 시스템을 설계한 경험을 말씀해 주세요.", "competency": "expertise"}],
}
PRINCIPALS = {
    "admin": ApiKeyPrincipal(key_id=uuid4(), role="admin"),
    "reviewer": ApiKeyPrincipal(key_id=uuid4(), role="reviewer"),
    "candidate": CandidatePrincipal(session_id=uuid4(), credential_id=uuid4()),
}


class _Who(ASGIMiddleware):
    """Signs in whoever the test's header names."""

    async def handle(self, scope, receive, send, next_app):
        name = dict(scope["headers"]).get(b"x-who", b"").decode()
        scope["user"] = PRINCIPALS.get(name)
        await next_app(scope, receive, send)


def _answer(_request: Request, error: VivaError) -> Response:
    return Response({"code": error.code, "fields": error.params.get("fields")}, status_code=status_of(error))


@pytest.fixture
async def client(database) -> AsyncIterator[AsyncTestClient]:
    positions = Positions()
    application = Litestar(
        [router],
        middleware=[_Who()],
        dependencies={
            "database": Provide(lambda: database, sync_to_thread=False),
            "positions": Provide(lambda: positions, sync_to_thread=False),
        },
        exception_handlers={VivaError: _answer},
        openapi_config=None,
    )
    async with AsyncTestClient(application) as client:
        yield client


async def create(client, who="admin", **changes):
    return await client.post("/api/positions", json=BODY | changes, headers={"x-who": who})


async def test_an_admin_makes_and_changes_a_position_and_a_reviewer_reads_it(client):
    made = await create(client)
    assert made.status_code == 201
    address = f"/api/positions/{made.json()['id']}"
    changed = await client.put(
        address, json=BODY | {"answer_limit_s": 60, "expected_version": 1}, headers={"x-who": "admin"}
    )
    assert changed.status_code == 200
    read = await client.get(address, headers={"x-who": "reviewer"})
    assert (read.json()["version"], read.json()["answer_limit_s"]) == (2, 60)
    earlier = await client.get(address, params={"version": 1}, headers={"x-who": "reviewer"})
    assert earlier.json()["answer_limit_s"] == 180


async def test_the_list_goes_on_where_its_cursor_says(client):
    ids = [(await create(client)).json()["id"] for _ in range(3)]
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/positions", params=query, headers={"x-who": "reviewer"})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(ids, reverse=True)


@pytest.mark.parametrize(("who", "status"), [("", 401), ("candidate", 403)])
async def test_S02_nobody_but_staff_reads_positions(client, who, status):
    position_id = (await create(client)).json()["id"]
    for address in ("/api/positions", f"/api/positions/{position_id}"):
        assert (await client.get(address, headers={"x-who": who})).status_code == status


@pytest.mark.parametrize(("who", "status"), [("", 401), ("candidate", 403), ("reviewer", 403)])
async def test_S02_nobody_but_an_admin_writes_positions(client, who, status):
    position_id = (await create(client)).json()["id"]
    assert (await create(client, who)).status_code == status
    changed = await client.put(f"/api/positions/{position_id}", json=BODY, headers={"x-who": who})
    assert changed.status_code == status


async def test_C19_a_question_that_may_not_be_asked_is_answered_422_with_its_place(client):
    question = {"text": "결혼은 하셨는지 말씀해 주세요.", "competency": "expertise"}
    refused = await create(client, questions=[question])
    assert refused.status_code == 422
    assert refused.json()["code"] == "may_not_be_asked"
    assert list(refused.json()["fields"]) == ["questions.0"]


async def test_an_old_version_is_answered_409_and_a_stranger_404(client):
    address = f"/api/positions/{(await create(client)).json()['id']}"
    stale = await client.put(address, json=BODY | {"expected_version": 9}, headers={"x-who": "admin"})
    assert stale.status_code == 409
    missing = await client.get(f"/api/positions/{uuid4()}", headers={"x-who": "admin"})
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"language": "de"},
        {"answer_limit_s": 0},
        {"surprise": 1},
        {"questions": [{"text": "짧다"}]},
    ],
)
async def test_S17_what_does_not_fit_the_schema_never_reaches_the_service(client, changes):
    assert (await create(client, **changes)).status_code == 400


BANKED = {"text": "장애에 대응한 경험을 말씀해 주세요.", "competency": "expertise", "source_id": "core-1"}


@pytest.mark.parametrize(
    "twice",
    [
        BANKED | {"text": "다른 말로 물은 같은 질문입니다."},
        BANKED | {"source_id": "", "text": BANKED["text"] + " "},
    ],
)
async def test_a_question_that_stands_in_a_position_twice_is_answered_422(client, twice):
    refused = await create(client, questions=[BANKED, twice])
    assert (refused.status_code, refused.json()["code"]) == (422, "asked_twice")
    assert (await create(client, questions=[BANKED, *BODY["questions"]])).status_code == 201
