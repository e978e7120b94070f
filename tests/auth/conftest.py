"""A small application made of auth's own routes, guard and middleware, and the people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, Request, WebSocket, get, websocket
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text
from tests.support.clock import FakeClock

from viva.auth import (
    AccessTokens,
    Authentication,
    AuthService,
    CandidateAccess,
    Passwords,
    SignIn,
    User,
    candidate_of,
    deny_by_default,
    may_access_session,
    requires_admin,
    requires_candidate_or_user,
    requires_reviewer,
)
from viva.auth.routes import routes
from viva.auth.sign_in import ATTEMPTS, WINDOW_S
from viva.platform.database import Database
from viva.platform.ids import uuid7
from viva.platform.settings import Settings
from viva.platform.web import RateLimiter, create_plumbing

SECRET = b"0123456789abcdefghijklmnopqrstuv-a-test-secret"
ISSUER = "http://viva.test"
PASSWORD = "sandpaper volcano teacup"
Call = Request[Any, Any, State]


@get("/api/nothing-said")
async def nothing_said() -> dict[str, bool]:
    return {"reached": True}


@get("/api/for-admins", guards=[requires_admin])
async def for_admins() -> dict[str, bool]:
    return {"reached": True}


@get("/api/for-reviewers", guards=[requires_reviewer])
async def for_reviewers() -> dict[str, bool]:
    return {"reached": True}


@get("/api/sessions/{session_id:uuid}", guards=[requires_candidate_or_user])
async def one_session(request: Call, session_id: FromPath[UUID]) -> dict[str, str]:
    may_access_session(request.user, session_id, candidate_ok=True)
    return {"id": str(session_id)}


@get("/api/sessions/{session_id:uuid}/notes", guards=[requires_candidate_or_user])
async def staff_notes(request: Call, session_id: FromPath[UUID]) -> dict[str, str]:
    may_access_session(request.user, session_id, candidate_ok=False)
    return {"id": str(session_id)}


@get("/interview/{session_id:uuid}", guards=[requires_candidate_or_user])
async def room(request: Call, session_id: FromPath[UUID]) -> dict[str, str]:
    return {"as": str(candidate_of(request, session_id).session_id)}


@get("/open", opt={"public": True})
async def open_to_all(request: Call) -> dict[str, Any]:
    return {"means": request.auth, "known": request.user is not None}


@get("/i/{token:str}", opt={"public": True})
async def follow_link(
    request: Call, token: FromPath[str], database: NamedDependency[Database]
) -> dict[str, str | None]:
    access: CandidateAccess = request.app.state.candidates
    held = request.scope["state"].get("viva_candidate")
    async with database.uow() as work:
        swapped = await access.swap_link(work, token, held=held)
    return {"session_id": str(swapped.session_id), "cookie": swapped.cookie}


@websocket("/api/live", guards=[requires_candidate_or_user])
async def live(socket: WebSocket[Any, Any, State]) -> None:
    await socket.accept()
    await socket.send_json({"who": type(socket.user).__name__})
    await socket.close()


TEST_ROUTES = (
    nothing_said,
    for_admins,
    for_reviewers,
    one_session,
    staff_notes,
    room,
    open_to_all,
    follow_link,
    live,
)


@pytest.fixture(scope="session")
def cheap_passwords() -> Passwords:
    """Argon2id all the same, with the least work it allows; one test uses the real cost."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def tokens() -> AccessTokens:
    return AccessTokens(SECRET, issuer=ISSUER)


@pytest.fixture
def service(clock: FakeClock, cheap_passwords: Passwords, tokens: AccessTokens) -> AuthService:
    return AuthService(clock, cheap_passwords, tokens)


@pytest.fixture
def candidates(clock: FakeClock) -> CandidateAccess:
    return CandidateAccess(clock)


@pytest.fixture
def app(
    database: Database,
    service: AuthService,
    candidates: CandidateAccess,
    cheap_passwords: Passwords,
    clock: FakeClock,
) -> Litestar:
    limiter = RateLimiter(ATTEMPTS, WINDOW_S, clock)
    sign_in = SignIn(database, service, cheap_passwords, limiter)
    plumbing = create_plumbing(Settings(public_url="https://viva.test", trusted_proxies=("10.0.0.1",)))
    app = Litestar(
        route_handlers=[*plumbing.routes, *routes, *TEST_ROUTES],
        middleware=[Authentication(database, service, candidates)],
        guards=[deny_by_default],
        dependencies={
            "database": Provide(lambda: database, sync_to_thread=False),
            "auth": Provide(lambda: service, sync_to_thread=False),
            "sign_in": Provide(lambda: sign_in, sync_to_thread=False),
            "clients": Provide(lambda: plumbing.clients, sync_to_thread=False),
        },
        openapi_config=None,
        state=State({"candidates": candidates}),
        **plumbing.options(),
    )
    return plumbing.install(app)


@pytest.fixture
async def browse(app: Litestar) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """A new browser at each call, from an address of its own when one is given."""
    opened: list[httpx.AsyncClient] = []

    def browser(address: str = "203.0.113.7", **options: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=cast("Any", app), client=(address, 50_000))
        # https, so that the client sends Secure cookies back as a browser does
        client = httpx.AsyncClient(
            transport=transport,
            base_url="https://viva.test",
            headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"},
            **options,
        )
        opened.append(client)
        return client

    yield browser
    for client in opened:
        await client.aclose()


@pytest.fixture
def client(browse: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    return browse()


@pytest.fixture
async def admin(database: Database, service: AuthService) -> User:
    async with database.uow() as work:
        return await service.create_user(work, "admin@example.com", PASSWORD, "admin")


@pytest.fixture
async def reviewer(database: Database, service: AuthService) -> User:
    async with database.uow() as work:
        return await service.create_user(work, "reviewer@example.com", PASSWORD, "reviewer")


@pytest.fixture
async def session_id(database: Database, clock: FakeClock) -> UUID:
    return await new_session(database, clock)


async def new_session(database: Database, clock: FakeClock) -> UUID:
    """A row that candidates' credentials can point to."""
    session_id = uuid7()
    async with database.uow() as work:
        await work.db.execute(
            text(
                "insert into sessions (id, user_name, position, language, status, expires_at, extensions,"
                " answer_limit_s, preparation_s, last_seq, key_terms, criteria, plan_source)"
                " values (:id, 'Kim', 'Engineer', 'ko', 'created', :expires_at, 0, 120, 30, 0,"
                " '[]', '[]', 'bank')"
            ),
            {"id": session_id, "expires_at": clock.now() + timedelta(days=7)},
        )
    return session_id


@pytest.fixture
def token_of(client: httpx.AsyncClient) -> Callable[[User], Awaitable[dict[str, Any]]]:
    """Sign a user in over the API and give the whole answer."""

    async def sign_in(user: User) -> dict[str, Any]:
        answer = await client.post("/api/token", data={"username": user.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    return sign_in


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
