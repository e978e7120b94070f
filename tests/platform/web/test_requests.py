"""Every request leaves one line that names nobody, and one count."""

import pytest
from structlog.testing import capture_logs
from tests.platform.web.app import client_of, create

CANARIES = {
    "query": "canary-query",
    "path": "canary-path",
    "header": "canary-agent",
    "cookie": "canary-cookie",
    "bearer": "canary-bearer",
    "body": "canary-body",
}


async def test_S39_the_line_names_the_route_and_nothing_the_person_sent():
    app, plumbing = create()
    with capture_logs() as lines:
        async with client_of(app) as client:
            await client.get(
                f"/api/things/{CANARIES['path']}?q={CANARIES['query']}",
                headers={
                    "User-Agent": CANARIES["header"],
                    "Cookie": f"viva={CANARIES['cookie']}",
                    "Authorization": f"Bearer {CANARIES['bearer']}",
                },
            )
            await client.post("/api/notes", json={"text": CANARIES["body"]})
            await client.get(f"/i/{CANARIES['path']}")
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/api/things/{thing}", 404),
        ("POST", "/api/notes", 201),
        ("GET", "(no route)", 404),
    ]
    printed = repr(lines) + plumbing.metrics.render().decode()
    assert not [canary for canary in CANARIES.values() if canary in printed]


async def test_S39_a_forged_method_or_path_makes_no_line_of_its_own():
    app, _ = create()
    with capture_logs() as lines:
        async with client_of(app) as client:
            await client.get("/%0d%0a%7b%22event%22%3a%22forged%22%7d")
    assert [line["event"] for line in lines] == ["request"]
    assert "forged" not in repr(lines)


async def test_a_callers_request_id_is_not_believed():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.get("/page", headers={"X-Request-ID": "mine"})
    assert answer.headers["x-request-id"] != "mine"


async def test_probes_are_not_logged_while_all_is_well():
    app, _ = create()
    with capture_logs() as lines:
        async with client_of(app) as client:
            await client.get("/healthz")
    assert lines == []


@pytest.mark.parametrize("value", ["a" * 60_000, "(" * 30_000, ";" * 60_000])
async def test_long_odd_headers_cost_nothing_and_break_nothing(value):
    app, _ = create()
    names = ("User-Agent", "Accept-Language", "Cookie", "Accept", "X-Forwarded-For")
    async with client_of(app) as client:
        for name in names:
            assert (await client.get("/page", headers={name: value})).status_code == 200
