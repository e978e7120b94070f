"""Alive, ready and counted."""

import asyncio

from tests.platform.web.app import client_of, create

from viva.platform.errors import Unavailable
from viva.platform.web import NotReady, health


async def _works() -> None:
    return


async def _disk_is_full() -> None:
    raise NotReady("the recordings' disk is full")


async def _database_is_away() -> None:
    raise Unavailable


async def _is_broken() -> None:
    raise RuntimeError("postgresql://app:hunter2@db/app refused")


async def test_ready_means_that_every_part_works():
    app, _ = create(checks={"database": _works, "disk": _works})
    async with client_of(app) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"database": "ok", "disk": "ok"}}


async def test_not_ready_names_the_part_and_tells_no_secret():
    checks = {"one": _works, "disk": _disk_is_full, "database": _database_is_away, "other": _is_broken}
    app, _ = create(checks=checks)
    async with client_of(app) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["checks"] == {
        "one": "ok",
        "disk": "the recordings' disk is full",
        "database": "unavailable",
        "other": "failed",
    }


async def test_a_part_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.01)
    app, _ = create(checks={"database": asyncio.Event().wait})
    async with client_of(app) as client:
        assert (await client.get("/readyz")).json()["checks"] == {"database": "no answer in time"}


async def test_alive_asks_nobody():
    app, _ = create(checks={"database": _database_is_away})
    async with client_of(app) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}


async def test_metrics_are_prometheus_text():
    app, _ = create()
    async with client_of(app) as client:
        await client.get("/page")
        answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=1.0.0; charset=utf-8"
    assert 'viva_http_request_seconds_count{method="GET",route="/page",status="200"} 1.0' in answer.text
