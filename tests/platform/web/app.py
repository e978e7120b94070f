"""A tiny application inside the real plumbing, for the tests of the web."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import httpx
import msgspec
import uvicorn
from litestar import Litestar, Request, WebSocket, get, post, websocket
from litestar.params import FromPath, FromQuery, JSONBody

from viva.platform.errors import (
    Conflict,
    Forbidden,
    NotFound,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    VivaError,
)
from viva.platform.settings import Settings
from viva.platform.web import Check, Page, Plumbing, create_plumbing

PUBLIC = {"public": True}
PRODUCTION = Settings(
    env="production",
    public_url="https://jobs.example.com",
    secret_key="k7#Lq9!vX2@pR5$wZ8^nB4&mD1*fH6(t",
    allowed_origins=("https://careers.example.com",),
)
DEVELOPMENT = Settings()

ERRORS: dict[str, VivaError] = {
    "conflict": Conflict(),
    "forbidden": Forbidden(),
    "missing": NotFound(),
    "limited": TooManyRequests(retry_after_s=7),
    "away": Unavailable(retry_after_s=9),
    "stranger": Unauthenticated(),
}


class Note(msgspec.Struct):
    text: str
    count: int = 0


@post("/api/notes", status_code=201)
async def write_note(data: JSONBody[Note]) -> dict[str, Any]:
    return {"text": data.text, "count": data.count}


@post("/api/raw", status_code=200)
async def read_raw(request: Request[Any, Any, Any]) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@post("/form", status_code=200)
async def read_form(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    form = await request.form()
    return {"names": sorted(form.keys())}


@get(["/api/fail/{kind:str}", "/fail/{kind:str}", "/interview/fail/{kind:str}"])
async def fail(kind: FromPath[str]) -> dict[str, str]:
    if kind in ERRORS:
        raise ERRORS[kind]
    raise RuntimeError("select secret from users where email = 'kim@example.com'")


@get("/api/things/{thing:str}")
async def thing(thing: FromPath[UUID], limit: FromQuery[int] = 10) -> dict[str, str]:
    return {"id": str(thing), "limit": str(limit)}


@get("/page")
async def page() -> Page:
    return Page("errors/error.html", {"title": "<b>", "message": "m", "request_id": "r"})


@websocket("/api/echo")
async def echo(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


HANDLERS = [write_note, read_raw, read_form, fail, thing, page, echo]


def create(
    settings: Settings = DEVELOPMENT, checks: Mapping[str, Check] | None = None
) -> tuple[Litestar, Plumbing]:
    plumbing = create_plumbing(settings, checks=checks)
    app = Litestar(route_handlers=[*plumbing.routes, *HANDLERS], openapi_config=None, **plumbing.options())
    return plumbing.install(app), plumbing


def client_of(app: Litestar, base_url: str = "http://localhost:8000") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url)


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[int]:
    """The app on a real uvicorn, as `viva serve` runs it; gives the port."""
    config = uvicorn.Config(
        app,
        port=0,
        log_config=None,
        access_log=False,
        lifespan="on",
        ws="websockets-sansio",
        http="httptools",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    ready = asyncio.Event()
    startup = server.startup

    async def announced(sockets: Any = None) -> None:
        await startup(sockets)
        ready.set()

    server.startup = announced  # type: ignore[method-assign]
    server.capture_signals = suppress  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(), name="uvicorn")
    async with asyncio.timeout(60):
        await ready.wait()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task
