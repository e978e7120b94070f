"""The one place where things are joined: settings, database, adapters, services, subscribers, routes.

`running(settings)` opens everything in order and closes it in reverse; what it yields is the application.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from viva import auth
from viva.admin.ai_cards import AiCards
from viva.admin.bank import router as bank_pages
from viva.admin.calibration import router as calibration_pages
from viva.admin.drafts import router as draft_pages
from viva.admin.limits import router as limits_page
from viva.admin.positions import router as position_pages
from viva.admin.resumes import router as resume_pages
from viva.admin.reviews import router as review_pages
from viva.admin.routes import router as admin_routes
from viva.admin.system import router as system_pages
from viva.admin.views import Dashboard
from viva.auth.routes import routes as auth_routes
from viva.evaluation import Calibration, Evaluation, EvidenceFinder, Reader, Reviewing, Scoring, wording_of
from viva.evaluation.routes import HANDLERS as EVALUATION
from viva.events import AnyEvent
from viva.media import MediaGate, Recordings
from viva.platform.ai_switch import AiSwitch, SwitchedModel
from viva.platform.antivirus import Antivirus
from viva.platform.budget import budgets_of
from viva.platform.budgeted import BudgetedModel
from viva.platform.bus import Bus, JsonEvents
from viva.platform.clock import Clock, SystemClock
from viva.platform.database import Database
from viva.platform.job_queue import JobQueue
from viva.platform.job_store import JobsInTransaction
from viva.platform.loop_lag import watch_loop
from viva.platform.metrics import Metrics
from viva.platform.migrations import upgrade
from viva.platform.postgres import EmbeddedPostgres, database_url, wait_for
from viva.platform.settings import Settings, secret_key
from viva.platform.storage import open_storage
from viva.platform.tasks import Tasks
from viva.platform.web import Check, NotReady, RateLimiter, create_plumbing
from viva.privacy import Privacy
from viva.privacy.routes import router as privacy_routes
from viva.questions import Drafter, FollowUps, OwnBank, Planner, Positions
from viva.questions.routes import router as question_routes
from viva.resumes import Drafting, Resumes, forget_in_time
from viva.resumes.routes import router as resume_routes
from viva.room import Briefing, CatchingUp, FollowingUp, Hub, Interviewing, Shared, TakingStock, Vigil
from viva.room.metrics import COLLECTORS as CAPTIONS
from viva.room.pages import router as candidate_pages
from viva.room.routes import router as room_routes
from viva.sessions import Admissions, Idempotency, Sessions, expire_in_time, rehearse
from viva.sessions.routes import router as session_routes
from viva.stt import Failover, Transcriber, choose, standby
from viva.stt.metrics import COLLECTORS as RECOGNITION

if TYPE_CHECKING:
    from viva.evaluation.claude import Claude

log = structlog.get_logger(__name__)

Progress = Callable[[str], None]
STARTS_PER_MINUTE = 30
"""Interviews that one address may begin on the landing page; a class in one room still gets in."""


@asynccontextmanager
async def running(settings: Settings, progress: Progress = lambda _line: None) -> AsyncIterator[Litestar]:
    """The whole system. Raises `SettingsError`, `PostgresError` or `OSError` when it cannot start."""
    async with AsyncExitStack() as stack:
        url = await open_database_url(settings, progress, stack)
        progress("Bringing the database up to date…")
        await upgrade(url)
        bus = await stack.enter_async_context(Bus(JsonEvents(AnyEvent), settings.channels))
        database = await stack.enter_async_context(Database(url, jobs=JobsInTransaction(), publisher=bus))
        house = House(settings, database, bus)
        await house.open(stack)
        await house.first_admin(progress)
        await rehearse(database, house.sessions)
        yield house.application()


async def open_database_url(settings: Settings, progress: Progress, stack: AsyncExitStack) -> str:
    """Of the database that is named, once it answers; else of the embedded one, which `stack` stops."""
    if settings.database_url:
        url = database_url(settings.database_url)
        await wait_for(url, progress=progress)
        return url
    progress("Starting the embedded PostgreSQL…")
    return await stack.enter_async_context(EmbeddedPostgres(settings.data_dir, progress=progress))


def language_model(settings: Settings) -> "Claude | None":
    """The model that drafts and scores, if there is a key for one."""
    if not settings.anthropic_api_key:
        return None
    from viva.evaluation.claude import Claude  # noqa: PLC0415 (its SDK costs a second of every start)

    return Claude(
        model=settings.llm_model, api_key=settings.anthropic_api_key, base_url=settings.anthropic_base_url
    )


class House:
    """Everything that is open, by the names under which handlers ask for it.

    `open` goes from what needs nothing to what needs the rest; `application` puts the routes on top.
    """

    def __init__(self, settings: Settings, database: Database, bus: Bus) -> None:
        self._settings = settings
        self._database = database
        self._bus = bus
        self._clock = SystemClock()
        self._metrics = Metrics()
        self._metrics.show(*CAPTIONS, *RECOGNITION)
        self._model = language_model(settings)
        self._switch = AiSwitch(forced_off=settings.ai == "off")
        self._for_scoring: SwitchedModel | None = None
        """It counts what it asks by itself."""
        self._within_budgets: SwitchedModel | None = None
        """The model for whatever is not scoring."""
        self._parts: dict[str, Any] = {
            "settings": settings,
            "database": database,
            "clock": self._clock,
            "ai_switch": self._switch,
        }
        self._storage = open_storage(settings.recordings)
        self._checks: dict[str, Check] = {"database": database.ping}

    async def open(self, stack: AsyncExitStack) -> None:
        """Make the services and open the adapters; `stack` closes them in reverse."""
        if self._model is not None:
            await stack.enter_async_context(self._model)
            self._for_scoring = SwitchedModel(self._model, self._database, self._switch)
            within = BudgetedModel(self._model, self._database, self._clock, budgets_of(self._settings))
            budgeted = await stack.enter_async_context(within)
            self._within_budgets = SwitchedModel(budgeted, self._database, self._switch)
        secret = secret_key(self._settings)
        self._parts |= auth_services(self._settings, self._database, self._clock, secret)
        self._add_record(secret)
        self._add_evaluation()
        await self._add_room(stack)
        tasks = await stack.enter_async_context(Tasks("viva"))
        tasks.start("jobs", self._parts["jobs"].run())
        tasks.start("stock", self._parts["stock"].go_on())
        expiry = expire_in_time(self._database, self._parts["sessions"], self._clock)
        tasks.start("expiry", expiry)
        tasks.start("forgetting", forget_in_time(self._database, self._parts["resumes"]))
        tasks.start("loop_lag", watch_loop(self._metrics))

    def _add_record(self, secret: bytes) -> None:
        sessions, positions = Sessions(), Positions()
        planner = Planner(
            self._database, positions, model=self._within_budgets, ask_unseen=self._settings.ask_unseen
        )
        self._parts |= {
            "sessions": sessions,
            "positions": positions,
            "bank": OwnBank(),
            "drafting": Drafter(self._within_budgets),
            "antivirus": Antivirus(self._settings.antivirus_command),
            "resumes": Resumes(sessions, positions, self._clock, has_model=self._model is not None),
            "privacy": Privacy(sessions, self._clock),
            "idempotency": Idempotency(secret),
            "admissions": Admissions(
                sessions,
                planner,
                self._parts["candidates"],
                self._clock,
                self._settings.base_url,
                self._storage.require_room,
            ),
        }

    def _add_evaluation(self) -> None:
        sessions, jobs = self._parts["sessions"], JobQueue(self._database)
        budgets = budgets_of(self._settings)
        reader = Reader(self._clock, EvidenceFinder(), self._for_scoring, budgets.prices)
        Scoring(
            self._database,
            sessions,
            reader,
            self._clock,
            budgets=budgets,
            drafts=self._settings.scoring_drafts,
            wording=wording_of(self._settings),
            switch=self._switch,
        ).register(jobs)
        calibration = Calibration(self._database, sessions, reader, self._clock, budgets, self._switch)
        calibration.register(jobs)
        Drafting(self._database, sessions, self._parts["resumes"], self._parts["drafting"]).register(jobs)
        self._parts |= {
            "evaluation": Evaluation(sessions, self._clock, budgets, self._switch),
            "reviewing": Reviewing(sessions, self._clock),
            "calibration": calibration,
            "jobs": jobs,
        }

    def _follow_ups(self) -> FollowUps | None:
        model = self._within_budgets
        return FollowUps(model, self._settings.follow_up_wait_s) if model is not None else None

    async def _add_room(self, stack: AsyncExitStack) -> None:
        settings, sessions, database = self._settings, self._parts["sessions"], self._database
        chosen, engine = choose(settings)
        other = standby(settings)
        transcriber = Failover(chosen, other) if chosen is not None and other is not None else chosen
        if transcriber is not None:
            await stack.enter_async_context(transcriber)
        recordings = await stack.enter_async_context(Recordings(self._storage.root))
        self._add_catching_up(recordings, chosen)
        await self._take_stock(recordings)
        gate = MediaGate(port=settings.udp_port, address=settings.media_address)
        shared = Shared(
            database=database,
            sessions=sessions,
            interviewing=Interviewing(database, sessions, self._parts["evaluation"], self._clock),
            gate=await stack.enter_async_context(gate),
            recordings=recordings,
            transcriber=transcriber,
            clock=self._clock,
            following=FollowingUp(database, sessions, self._follow_ups()),
        )
        hub = await stack.enter_async_context(Hub(shared, self._bus))
        interviews = self._metrics.gauge("interviews_running", "Interviews in memory.")
        interviews.set_function(lambda: hub.running)
        self._parts |= {
            "engine": engine,
            "recordings": recordings,
            "hub": hub,
            "vigil": Vigil(database, self._parts["candidates"]),
            "briefing": Briefing(
                sessions, self._parts["privacy"], self._parts["resumes"], transcriber, settings, self._clock
            ),
            "start_limit": RateLimiter(STARTS_PER_MINUTE, 60, self._clock),
            "link_limit": RateLimiter(STARTS_PER_MINUTE, 60, self._clock),
        }
        self._checks["recorder"] = _room_on_disk(recordings)
        self._parts["dashboard"] = Dashboard(
            database=database,
            sessions=sessions,
            evaluation=self._parts["evaluation"],
            reviewing=self._parts["reviewing"],
            ai=AiCards(database, self._switch, self._parts["reviewing"], self._parts["auth"]),
            privacy=self._parts["privacy"],
            resumes=self._parts["resumes"],
            recordings=recordings,
            accounts=self._parts["auth"],
            running=lambda: hub.running,
            jobs=self._parts["jobs"],
            engine=engine,
            settings=settings,
        )

    async def _take_stock(self, recordings: Recordings) -> None:
        stock = TakingStock(self._database, self._parts["sessions"], recordings, self._clock)
        await stock.begin()
        self._parts["stock"] = stock

    def _add_catching_up(self, recordings: Recordings, transcriber: Transcriber | None) -> None:
        catching_up = CatchingUp(
            database=self._database,
            sessions=self._parts["sessions"],
            recordings=recordings,
            evaluation=self._parts["evaluation"],
            clock=self._clock,
            engine=transcriber,
            standby=standby(self._settings),
        )
        catching_up.register(self._parts["jobs"])

    @property
    def sessions(self) -> Sessions:
        """The interview record's service."""
        found: Sessions = self._parts["sessions"]
        return found

    async def first_admin(self, progress: Progress) -> None:
        """Make the first admin; a generated password is told this once."""
        service: auth.AuthService = self._parts["auth"]
        async with self._database.uow() as work:
            made = await service.ensure_first_admin(
                work, self._settings.admin_email, self._settings.admin_password
            )
        if made is not None:
            progress(f"First admin: {made.email}   password: {made.password}   (shown only this once)")

    def application(self) -> Litestar:
        """Handlers, guards, layers."""
        plumbing = create_plumbing(self._settings, checks=self._checks, metrics=self._metrics)
        self._parts["clients"] = plumbing.clients
        authentication = auth.Authentication(self._database, self._parts["auth"], self._parts["candidates"])
        app = Litestar(
            route_handlers=[*plumbing.routes, *auth_routes, *EVALUATION, *ROUTERS],
            dependencies={name: _provide(part) for name, part in self._parts.items()},
            middleware=[authentication],
            guards=[auth.deny_by_default],
            openapi_config=_openapi(),
            **plumbing.options(),
        )
        app.state.drain = self._parts["hub"].drain
        return plumbing.install(app)


ROUTERS = (
    session_routes,
    privacy_routes,
    question_routes,
    room_routes,
    candidate_pages,
    admin_routes,
    review_pages,
    system_pages,
    position_pages,
    bank_pages,
    calibration_pages,
    limits_page,
    draft_pages,
    resume_routes,
    resume_pages,
)


def auth_services(settings: Settings, database: Database, clock: Clock, secret: bytes) -> dict[str, Any]:
    """Who is who, by the names that handlers use."""
    passwords = auth.Passwords()
    service = auth.AuthService(clock, passwords, auth.AccessTokens(secret, issuer=settings.base_url))
    limiter = RateLimiter(auth.ATTEMPTS, auth.WINDOW_S, clock)
    return {
        "auth": service,
        "sign_in": auth.SignIn(database, service, passwords, limiter),
        "candidates": auth.CandidateAccess(clock),
    }


def _room_on_disk(recordings: Recordings) -> Check:
    async def check() -> None:
        if not await asyncio.to_thread(recordings.has_room):
            raise NotReady("the disk for recordings is nearly full")

    return check


def _openapi() -> OpenAPIConfig:
    """The description of the API, open to everybody: it holds nothing of anybody."""
    opened = Router(path="/api/schema", route_handlers=[], opt={"public": True})
    return OpenAPIConfig(title="viva", version="1", openapi_router=opened)


def _provide(part: Any) -> Provide:
    async def give() -> Any:
        return part

    return Provide(give)
