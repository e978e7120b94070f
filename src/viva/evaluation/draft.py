"""One draft: one call to the model and at most one repair (F09), and what can be kept of the answer."""

from collections.abc import Awaitable, Callable

import msgspec

from viva.evaluation import prompt
from viva.evaluation.judgement import Unusable, judge
from viva.evaluation.material import Material
from viva.evaluation.model import Findings
from viva.evaluation.store import Try
from viva.platform.clock import Clock
from viva.platform.language_model import (
    Ask,
    LanguageModel,
    ModelAnswerUnusable,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    Reply,
)
from viva.platform.spending import Prices

CALLS_MAX = 2
"""F09: one call and one repair."""

Keep = Callable[[Try, Findings | None], Awaitable[None]]
"""Stores a call that came back, before anything else is done."""


class Drafted(msgspec.Struct, frozen=True):
    """The answer could be used."""

    attempted: Try
    findings: Findings


class Refused(msgspec.Struct, frozen=True):
    """The model declined, or the account may not."""

    attempted: Try
    why: str


class Waiting(msgspec.Struct, frozen=True):
    """The model is away."""

    attempted: Try
    retry_after_s: float | None


class Unused(msgspec.Struct, frozen=True):
    """Neither the answer nor its repair could be used."""


Ended = Drafted | Refused | Waiting | Unused


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of whom: the same for every draft. `blank` is the try before anything came back."""

    model: LanguageModel
    ask: Ask
    material: Material
    blank: Try
    prices: Prices | None
    wanted: int
    whole: bool


async def draft(task: Task, number: int, keep: Keep, clock: Clock, *, calls: int) -> Ended:
    """Draft `number`, of which `calls` were unusable already.

    A single draft is settled by its caller together with what it cost; of several each call is kept.
    """
    several = task.wanted > 1
    blank = msgspec.structs.replace(task.blank, draft=number if several else None)
    problem = "it did not fit the schema"
    while calls < CALLS_MAX:
        asked = prompt.repaired(task.ask, problem) if calls else task.ask
        attempted = msgspec.structs.replace(
            blank, prompt_hash=prompt.prompt_hash(asked), started_at=clock.now()
        )
        try:
            reply = await task.model.ask(asked)
            attempted = _paid(attempted, reply, task.prices, clock)
            findings = _judged(reply.text, task)
        except ModelUnavailable as error:
            away = _ended(attempted, "unavailable", error.code, clock)
            return Waiting(msgspec.structs.replace(away, draft=None), error.retry_after_s)
        except ModelRefused as error:
            why = str(error.params.get("reason"))
            attempted = _paid(attempted, error.reply, task.prices, clock)
            if several:
                await keep(_ended(attempted, "unusable", why, clock), None)
            return Refused(msgspec.structs.replace(attempted, reason=why), why)
        except (ModelAnswerUnusable, Unusable) as error:
            problem = _problem(error)
            if isinstance(error, ModelError):
                attempted = _paid(attempted, error.reply, task.prices, clock)
            await keep(_ended(attempted, "unusable", problem, clock), None)
            calls += 1
        else:
            if several:
                await keep(_ended(attempted, "drafted", findings.reason, clock), findings)
            return Drafted(attempted, findings)
    return Unused()


def _judged(raw: str, task: Task) -> Findings:
    material = task.material
    return judge(raw, material.criteria, material.transcript, material.language, whole=task.whole)


def _ended(attempted: Try, outcome: str, reason: str | None, clock: Clock) -> Try:
    return msgspec.structs.replace(attempted, outcome=outcome, reason=reason, finished_at=clock.now())


def _paid(attempted: Try, reply: Reply | None, prices: Prices | None, clock: Clock) -> Try:
    """With what came back and what that cost."""
    if reply is None:
        return attempted
    return msgspec.structs.replace(
        attempted,
        finished_at=clock.now(),
        model=reply.model,
        raw_answer=reply.text,
        request_id=reply.request_id,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cache_write_tokens=reply.cache_write_tokens,
        cache_read_tokens=reply.cache_read_tokens,
        cost_microusd=prices.cost_microusd(reply) if prices else None,
    )


def _problem(error: ModelAnswerUnusable | Unusable) -> str:
    if isinstance(error, Unusable):
        return str(error)
    return {"truncated": "it was cut off", "empty": "it was empty"}.get(
        str(error.params.get("reason")), "it could not be read"
    )
