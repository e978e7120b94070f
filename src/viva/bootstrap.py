"""The one place where things are joined: settings, database, adapters, services, subscribers, routes.

`running(settings)` opens everything in order and closes it in reverse; what it yields is the application.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from litestar import Litestar, Request
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from viva import auth, evaluation, questions, sessions, stt
from viva.admin.routes import router as admin_routes
from viva.auth.routes import routes as auth_routes
from viva.evaluation.claude import Claude
from viva.evaluation.routes import router as evaluation_routes
from viva.events import AnyEvent
from viva.media import MediaGate, Recordings
from viva.platform.bus import Bus, JsonEvents
from viva.platform.clock import Clock, SystemClock
from viva.platform.database import Database
from viva.platform.job_queue import JobQueue
from viva.platform.job_store import JobsInTransaction
from viva.platform.language_model import LanguageModel
from viva.platform.metrics import Metrics
from viva.platform.migrations import upgrade
from viva.platform.postgres import EmbeddedPostgres, wait_for
from viva.platform.settings import Settings, secret_key
from viva.platform.tasks import Tasks
from viva.platform.web import Plumbing, RateLimiter, create_plumbing
from viva.privacy import Privacy
from viva.privacy.routes import router as privacy_routes
from viva.questions.routes import router as question_routes
from viva.room import Briefing, House, Hub, Interviewing
from viva.room.pages import router as candidate_pages
from viva.room.routes import router as room_routes
from viva.sessions.routes import router as session_routes

log = structlog.get_logger(__name__)

Progress = Callable[[str], None]
STARTS_PER_MINUTE = 30
"""Interviews that one address may begin on the landing page; a class in one room still gets in."""


@asynccontextmanager
async def running(settings: Settings, progress: Progress = lambda _line: None) -> AsyncIterator[Litestar]:
    """The whole system. Raises `SettingsError`, `PostgresError` or `OSError` when it cannot start."""
    async with AsyncExitStack() as stack:
        url = await _database_url(settings, progress, stack)
        progress("Bringing the database up to date…")
        await upgrade(url)
        bus = await stack.enter_async_context(Bus(JsonEvents(AnyEvent), settings.channels))
        database = await stack.enter_async_context(Database(url, jobs=JobsInTransaction(), publisher=bus))
        parts = await _Parts.opened(settings, database, bus, stack)
        await parts.first_admin(progress)
        yield parts.application()


async def _database_url(settings: Settings, progress: Progress, stack: AsyncExitStack) -> str:
    if settings.database_url:
        await wait_for(settings.database_url, progress=progress)
        return settings.database_url
    progress("Starting the embedded PostgreSQL…")
    return await stack.enter_async_context(EmbeddedPostgres(settings.data_dir, progress=progress))


@asynccontextmanager
async def database_alone(settings: Settings, progress: Progress) -> AsyncIterator[Database]:
    """The migrated database without the rest, for commands."""
    async with AsyncExitStack() as stack:
        url = await _database_url(settings, progress, stack)
        await upgrade(url)
        bus = await stack.enter_async_context(Bus(JsonEvents(AnyEvent)))
        yield await stack.enter_async_context(Database(url, jobs=JobsInTransaction(), publisher=bus))


async def migrate_only(settings: Settings, progress: Progress) -> None:
    """Bring the database up to date and leave."""
    async with database_alone(settings, progress):
        pass


async def create_user(
    settings: Settings, email: str, password: str, role: auth.Role, progress: Progress
) -> None:
    """Add a person of the hiring side. Raises what `AuthService.create_user` raises."""
    service = _auth_services(settings, None, SystemClock(), secret_key(settings))["auth"]
    async with database_alone(settings, progress) as database, database.uow() as work:
        await service.create_user(work, email, password, role)


def language_model(settings: Settings) -> LanguageModel | None:
    """The model that drafts and scores, if there is a key for one."""
    if not settings.anthropic_api_key:
        return None
    return Claude(
        model=settings.llm_model, api_key=settings.anthropic_api_key, base_url=settings.anthropic_base_url
    )


class _Parts:
    """Everything that is open, by the names under which handlers ask for it."""

    def __init__(self, settings: Settings, provided: dict[str, Any], plumbing: Plumbing) -> None:
        self._settings = settings
        self._provided = provided
        self._plumbing = plumbing

    @classmethod
    async def opened(
        cls, settings: Settings, database: Database, bus: Bus, stack: AsyncExitStack
    ) -> "_Parts":
        """Open the adapters and join the services. The order is the order of need."""
        clock, metrics, secret = SystemClock(), Metrics(), secret_key(settings)
        jobs = JobQueue(database)
        provided = {
            "settings": settings,
            "database": database,
            "clock": clock,
            "jobs": jobs,
            **_auth_services(settings, database, clock, secret),
        }
        model = language_model(settings)
        if model is not None:
            await stack.enter_async_context(model)
        provided |= _record_services(settings, database, clock, model, provided, secret)
        provided |= await _live_services(settings, database, bus, clock, provided, stack)
        tasks = await stack.enter_async_context(Tasks("viva"))
        tasks.start("jobs", jobs.run())
        plumbing = create_plumbing(settings, checks=_checks(database, provided), metrics=metrics)
        provided["clients"] = plumbing.clients
        return cls(settings, provided, plumbing)

    async def first_admin(self, progress: Progress) -> None:
        """Make the first admin; a generated password is told this once."""
        database: Database = self._provided["database"]
        service: auth.AuthService = self._provided["auth"]
        async with database.uow() as work:
            made = await service.ensure_first_admin(
                work, self._settings.admin_email, self._settings.admin_password
            )
        if made is not None:
            progress(f"First admin: {made.email}  password: {made.password}  (shown this once)")

    def application(self) -> Litestar:
        """Handlers, guards, layers."""
        authentication = auth.Authentication(
            self._provided["database"], self._provided["auth"], self._provided["candidates"]
        )
        app = Litestar(
            route_handlers=[*self._plumbing.routes, *auth_routes, *_ROUTERS],
            dependencies={name: _provide(part) for name, part in self._provided.items()},
            middleware=[authentication],
            guards=[auth.deny_by_default],
            openapi_config=OpenAPIConfig(title="viva", version="1", path="/api/schema"),
            **self._plumbing.options(),
        )
        return self._plumbing.install(app)


_ROUTERS = (
    session_routes,
    privacy_routes,
    question_routes,
    evaluation_routes,
    room_routes,
    candidate_pages,
    admin_routes,
)


def _provide(part: Any) -> Provide:
    async def give() -> Any:
        return part

    return Provide(give)
