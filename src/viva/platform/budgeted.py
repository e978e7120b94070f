"""A language model that keeps within the budgets, for calls that nobody else counts (S34).

What scoring asks is counted with its record, by `evaluation`; drafts of questions and follow-ups come here.
"""

import asyncio
from datetime import timedelta

import structlog

from viva.platform import budget
from viva.platform.budget import Barred, Budgets
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.errors import Unavailable
from viva.platform.language_model import Ask, LanguageModel, ModelError, Reply
from viva.platform.reserving import DoesNotFit, Reserved, release, reserve
from viva.platform.spending import NOTHING, Spent
from viva.platform.tasks import Tasks

log = structlog.get_logger(__name__)

HOLD_AFTER_TIMEOUT_S = 60.0
"""So long after a call must have ended its reservation may still wait for the database."""
RETRY_S = 1.0
CLOSE_S = 10.0


class BudgetUsedUp(ModelError):
    """The most that the call can use does not fit any more; it was not made."""


class SessionBudgetUsedUp(BudgetUsedUp):
    """The interview's."""

    code = "budget_session"
    message = "The budget for the language model in this interview is used up."


class PositionBudgetUsedUp(BudgetUsedUp):
    """The position's."""

    code = "budget_position"
    message = "The budget for the language model at this position is used up. The bank has questions."


class DayBudgetUsedUp(BudgetUsedUp):
    """Today's."""

    code = "budget_day"
    message = "Today's budget for the language model is used up. The bank has questions."


_USED_UP: dict[Barred, type[BudgetUsedUp]] = {
    "budget_session": SessionBudgetUsedUp,
    "budget_position": PositionBudgetUsedUp,
    "budget_day": DayBudgetUsedUp,
}


class BudgetedModel:
    """Asks `model` where the budgets of the call's account allow it, and writes down what it used.

    A call that the caller gave up waiting for counts with the most that it can have used: the vendor goes on,
    and nobody learns how far. Nobody waits for the writing: until it is done, the call's reservation counts.
    Open with `async with`; closing waits for what is still to be written, ten seconds at most.
    """

    def __init__(self, model: LanguageModel, database: Database, clock: Clock, budgets: Budgets) -> None:
        self._model = model
        self._database = database
        self._clock = clock
        self._budgets = budgets
        self._tasks = Tasks("model_spending")
        self._writing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "BudgetedModel":
        return self

    async def __aexit__(self, *_exc: object) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.settled()
        except TimeoutError:
            log.error("spending_not_written", calls=len(self._writing))
        finally:
            await self._tasks.close()

    @property
    def name(self) -> str:
        """The model's id."""
        return self._model.name

    async def settled(self) -> None:
        """Return when what has been used so far is written down."""
        if self._writing:
            await asyncio.wait(self._writing)

    async def ask(self, ask: Ask) -> Reply:
        """The answer. Raises `BudgetUsedUp` without a call, and what the model raises.

        Call it outside any unit of work: it opens a short one before the call.
        """
        reserved = await self._reserve(ask)
        used, model = NOTHING, self.name
        try:
            reply = await self._model.ask(ask)
            used, model = self._used(reply), reply.model
        except (TimeoutError, asyncio.CancelledError):
            used = self._budgets.most([ask])
            raise
        except ModelError as error:
            if error.reply is not None:
                used, model = self._used(error.reply), error.reply.model
            raise
        finally:
            self._settle(ask, reserved, used, model)
        return reply

    async def _reserve(self, ask: Ask) -> Reserved:
        now, ahead = self._clock.now(), self._budgets.most([ask])
        hold = timedelta(seconds=ask.timeout_s + HOLD_AFTER_TIMEOUT_S)

        async def act(work: Work) -> Reserved | DoesNotFit:
            found = await reserve(work.db, self._budgets, ask.account, ahead, now=now, hold=hold)
            if isinstance(found, DoesNotFit):
                await budget.refused(
                    work.db, ask.account, purpose=ask.purpose, model=self.name, why=found.why, at=now
                )
            return found

        found = await self._database.run(act)
        if isinstance(found, DoesNotFit):
            log.info("call_beyond_budget", purpose=ask.purpose, reason=found.why, passing=found.passing)
            raise _USED_UP[found.why]
        return found

    def _used(self, reply: Reply) -> Spent:
        return Spent(reply.input_tokens + reply.output_tokens, self._budgets.cost_microusd(reply) or 0)

    def _settle(self, ask: Ask, reserved: Reserved, used: Spent, model: str) -> None:
        writing = self._tasks.start("settle", self._settled(ask, reserved, used, model))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _settled(self, ask: Ask, reserved: Reserved, used: Spent, model: str) -> None:
        """However long the database is away: the reservation lapses meanwhile, the sum is not lost."""
        at = self._clock.now()

        async def act(work: Work) -> None:
            await release(work.db, reserved)
            await budget.spend(
                work.db,
                ask.account,
                purpose=ask.purpose,
                model=model,
                spent=used,
                priced=self._budgets.prices is not None,
                at=at,
            )

        while True:
            try:
                return await self._database.run(act)
            except Unavailable:
                log.warning("spending_waits_for_database", purpose=ask.purpose)
                await asyncio.sleep(RETRY_S)
