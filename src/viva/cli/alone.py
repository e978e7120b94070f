"""The few parts that a command needs, without the rest of the house."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from viva import auth
from viva.bootstrap import Progress, auth_services, language_model, open_database_url
from viva.evaluation import Calibration, EvidenceFinder, Reader
from viva.events import AnyEvent
from viva.platform.ai_switch import AiSwitch, SwitchedModel
from viva.platform.budget import budgets_of
from viva.platform.bus import Bus, JsonEvents
from viva.platform.clock import SystemClock
from viva.platform.database import Database
from viva.platform.job_store import JobsInTransaction
from viva.platform.migrations import upgrade
from viva.platform.settings import Settings, secret_key
from viva.sessions import Sessions


@asynccontextmanager
async def database_alone(settings: Settings, progress: Progress) -> AsyncIterator[Database]:
    """The migrated database without the rest, for commands."""
    async with AsyncExitStack() as stack:
        url = await open_database_url(settings, progress, stack)
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
    async with database_alone(settings, progress) as database, database.uow() as work:
        parts = auth_services(settings, database, SystemClock(), secret_key(settings))
        await parts["auth"].create_user(work, email, password, role)


@asynccontextmanager
async def calibration_alone(settings: Settings, database: Database) -> AsyncIterator[Calibration]:
    """Repeated readings without the rest, for commands."""
    model, clock, budgets = language_model(settings), SystemClock(), budgets_of(settings)
    switch = AiSwitch(forced_off=settings.ai == "off")
    async with AsyncExitStack() as stack:
        switched = None
        if model is not None:
            switched = SwitchedModel(await stack.enter_async_context(model), database, switch)
        reader = Reader(clock, EvidenceFinder(), switched, budgets.prices)
        yield Calibration(database, Sessions(), reader, clock, budgets, switch)
