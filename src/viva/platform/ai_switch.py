"""Stopping the AI: one switch for every call of the language model, noted with who turned it and when (C07).

The switch is a row in the database: it holds for all processes, and after a restart. `SwitchedModel` looks at
it before every call, so whatever asks a model cannot pass it by.
"""

from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select

from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.errors import Conflict, Unavailable
from viva.platform.i18n import N_
from viva.platform.language_model import Ask, LanguageModel, ModelRefused, ModelUnavailable, Reply
from viva.platform.tables import AiSwitchingRow

STOPPED = "ai_stopped"
RETRY_S = 5.0
"""When to ask again where nobody could say whether calls may be made."""

log = structlog.get_logger(__name__)


class ModelStopped(ModelRefused):
    """All calls of the language model are stopped; this one was not made."""

    code = STOPPED
    message = N_(
        "Calls of the language model are stopped for the whole system. An admin can start them again."
    )


class AiStopped(Conflict):
    """What was asked for needs the language model, and its calls are stopped."""

    code = STOPPED
    message = ModelStopped.message


class AiOffBySetting(Conflict):
    """The setting stands above the button."""

    code = "ai_off_by_setting"
    message = N_("The setting VIVA_AI=off stops the AI. Only whoever runs the server can start it again.")


class AiState(msgspec.Struct, frozen=True):
    """Whether calls are stopped, and who turned the switch last and when; `forced`: by the setting."""

    stopped: bool
    by: UUID | None = None
    at: datetime | None = None
    forced: bool = False


class AiSwitch:
    """Reads and turns it; every method takes the caller's unit of work and commits nothing."""

    def __init__(self, *, forced_off: bool = False) -> None:
        self._forced_off = forced_off

    async def state(self, work: Work) -> AiState:
        """How it stands."""
        if self._forced_off:
            return AiState(stopped=True, forced=True)
        newest = select(AiSwitchingRow).order_by(AiSwitchingRow.id.desc()).limit(1)
        row = await work.db.scalar(newest)
        return AiState(row.stopped, row.user_id, row.at) if row else AiState(stopped=False)

    async def is_stopped(self, work: Work) -> bool:
        """Whether no call may be made."""
        return (await self.state(work)).stopped

    async def require_running(self, work: Work) -> None:
        """Raises `AiStopped`."""
        if await self.is_stopped(work):
            raise AiStopped

    async def turn(self, work: Work, clock: Clock, *, stopped: bool, by: UUID) -> None:
        """Stop or start all calls, on record; nothing is written where it stands like that already.

        Raises `AiOffBySetting` for a start that the setting does not allow.
        """
        if self._forced_off:
            if stopped:
                return
            raise AiOffBySetting
        if await self.is_stopped(work) == stopped:
            return
        work.db.add(AiSwitchingRow(stopped=stopped, user_id=by, at=clock.now()))
        await work.db.flush()
        log.warning("ai_switched", stopped=stopped, by=str(by))


class SwitchedModel:
    """Asks `model` while calls are not stopped. A call that is under way ends as it would have."""

    def __init__(self, model: LanguageModel, database: Database, switch: AiSwitch) -> None:
        self._model = model
        self._database = database
        self._switch = switch

    @property
    def name(self) -> str:
        """The model's id."""
        return self._model.name

    async def ask(self, ask: Ask) -> Reply:
        """The answer. Raises `ModelStopped` without a call, and what the model raises.

        Where the database cannot say whether calls are stopped, none is made: `ModelUnavailable`. Call it
        outside any unit of work: it opens a short one before the call.
        """
        try:
            stopped = await self._database.run(self._switch.is_stopped)
        except Unavailable as error:
            raise ModelUnavailable(retry_after_s=RETRY_S) from error
        if stopped:
            log.info("call_stopped", purpose=ask.purpose)
            raise ModelStopped(reason=STOPPED)
        return await self._model.ask(ask)
