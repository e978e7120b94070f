"""A language model that keeps within the budgets, for calls that nobody else counts (S34).

What scoring asks is counted with its record, by `evaluation`; drafts of questions and follow-ups come here.
"""

import asyncio

import structlog

from viva.platform import budget
from viva.platform.budget import Barred, Budgets
from viva.platform.clock import Clock
from viva.platform.database import Database
from viva.platform.language_model import Ask, LanguageModel, ModelError, Reply
from viva.platform.spending import Spent

log = structlog.get_logger(__name__)


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
    and nobody learns how far.
    """

    def __init__(self, model: LanguageModel, database: Database, clock: Clock, budgets: Budgets) -> None:
        self._model = model
        self._database = database
        self._clock = clock
        self._budgets = budgets
        self._writing: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The model's id."""
        return self._model.name

    async def ask(self, ask: Ask) -> Reply:
        """The answer. Raises `BudgetUsedUp` without a call, and what the model raises.

        Call it outside any unit of work: it opens two short ones, before the call and after it.
        """
        await self._check(ask)
        try:
            reply = await self._model.ask(ask)
        except (TimeoutError, asyncio.CancelledError):
            await self._write(ask, self._model.name, self._budgets.most([ask]))
            raise
        except ModelError as error:
            if error.reply is not None:
                await self._write_reply(ask, error.reply)
            raise
        await self._write_reply(ask, reply)
        return reply

    async def _check(self, ask: Ask) -> None:
        now, ahead = self._clock.now(), self._budgets.most([ask])
        async with self._database.uow() as work:
            why = await budget.barred(work.db, self._budgets, ask.account, ahead, now)
            if why is not None:
                await budget.refused(
                    work.db, ask.account, purpose=ask.purpose, model=self.name, why=why, at=now
                )
        if why is not None:
            log.info("call_beyond_budget", purpose=ask.purpose, reason=why)
            raise _USED_UP[why]

    async def _write_reply(self, ask: Ask, reply: Reply) -> None:
        cost = self._budgets.cost_microusd(reply) or 0
        await self._write(ask, reply.model, Spent(reply.input_tokens + reply.output_tokens, cost))

    async def _write(self, ask: Ask, model: str, spent: Spent) -> None:
        """Goes on to its end even if the caller is called off meanwhile."""
        writing = asyncio.create_task(self._written(ask, model, spent), name="model_spending")
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        await asyncio.shield(writing)

    async def _written(self, ask: Ask, model: str, spent: Spent) -> None:
        async with self._database.uow() as work:
            await budget.spend(
                work.db,
                ask.account,
                purpose=ask.purpose,
                model=model,
                spent=spent,
                priced=self._budgets.prices is not None,
                at=self._clock.now(),
            )
