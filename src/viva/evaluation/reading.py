"""One reading of an answer or the whole, from material to findings. No database: a call may take minutes.

`Reader.read` always ends in a `Reading`: findings, or an outage that is worth waiting out. Several drafts of
a whole are asked for at once and know nothing of each other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from viva.evaluation import agreement, prompt
from viva.evaluation.draft import Drafted, Ended, Keep, Refused, Task, Waiting, draft
from viva.evaluation.keyless import EvidenceFinder
from viva.evaluation.material import Material
from viva.evaluation.model import (
    ANSWER_WEIGHT_MIN,
    WHOLE_WEIGHT_MIN,
    Findings,
    Reason,
    legibility,
    withheld,
    without_judgement,
)
from viva.evaluation.store import Tries, Try
from viva.evaluation.suspicion import telling
from viva.platform.clock import Clock
from viva.platform.language_model import Ask, LanguageModel
from viva.platform.spending import Prices

NOBODY = "nobody"
_ACCOUNT = frozenset({"authentication", "payment", "permission", "unknown_model", "spend_limit"})


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What ended it, and what it showed; no `findings` means wait, `retry_after_s` if it is known."""

    last: Try
    findings: Findings | None
    retry_after_s: float | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read, and how: `drafts` independent drafts of a whole, one of an answer.

    `repeats` says that the same will be asked again soon, so that the vendor may keep it.
    """

    material: Material
    whole: bool
    drafts: int
    wording: prompt.Wording = prompt.CURRENT_WORDING
    repeats: bool = False

    @property
    def wanted(self) -> int:
        """Drafts that are asked for."""
        return self.drafts if self.whole else 1

    @property
    def illegible(self) -> Reason | None:
        """Why this is too thin or too garbled to be judged, or None."""
        least = WHOLE_WEIGHT_MIN if self.whole else ANSWER_WEIGHT_MIN
        return legibility(self.material.transcript, weight_min=least)

    def ask(self) -> Ask:
        """The call."""
        material = self.material
        place = {"position": material.position, "language": material.language}
        if not self.whole:
            return prompt.ask_about_answer(
                material.criteria, material.answers[0], wording=self.wording, **place
            )
        answers = list(material.answers)
        ask = prompt.ask_about_whole(material.criteria, answers, wording=self.wording, **place)
        return msgspec.structs.replace(ask, user_repeats=self.repeats)


class Reader:
    """Asks the model where there is one, else the evidence finder. `prices` say what a call cost."""

    def __init__(
        self,
        clock: Clock,
        finder: EvidenceFinder,
        model: LanguageModel | None = None,
        prices: Prices | None = None,
    ) -> None:
        self._clock = clock
        self._finder = finder
        self._model = model
        self._prices = prices

    @property
    def has_model(self) -> bool:
        """Whether anything is judged at all."""
        return self._model is not None

    def asks(self, request: Request, before: Tries) -> tuple[Ask, ...]:
        """The calls that reading begins with, one for each missing draft; none, if nobody is asked."""
        if self._model is None or request.illegible:
            return ()
        return (request.ask(),) * (request.wanted - len(before.drafted))

    async def read(self, request: Request, before: Tries, keep: Keep) -> Reading:
        """`before` is what this round has had already. Every call that comes back is handed to `keep` at
        once, so that it is not paid for again; what ends the reading is left to the caller.
        """
        reason = request.illegible
        if self._model is None:
            return await self._find(request.material, reason)
        if reason is not None:
            return self.settled_without(reason)
        task = self._task(self._model, request)
        missing = [number for number in range(1, task.wanted + 1) if number not in before.drafted]

        async def one(number: int) -> Ended:
            calls = before.unusable.get(number, 0)
            return await draft(task, number, keep, self._clock, calls=calls)

        ended = await _all(one, missing, first_alone=request.repeats or before.unavailable > 0)
        return self._concluded(task, before, ended)

    def settled_without(self, reason: Reason) -> Reading:
        """Nobody looked; a person will, or an admin raises a budget."""
        failed = reason in {"budget_session", "budget_position"}
        findings = Findings(status="failed", reason=reason) if failed else without_judgement(reason)
        return self._settled(self._nobody(), findings)

    def waiting(self, reason: str) -> Try:
        """Nobody was asked yet."""
        return msgspec.structs.replace(self._nobody(), outcome="unavailable", reason=reason)

    async def _find(self, material: Material, reason: Reason | None) -> Reading:
        attempted = msgspec.structs.replace(self._nobody(), method="evidence", model=self._finder.name)
        findings = await self._finder.find(material.criteria, material.transcript)
        if reason is not None:
            findings = msgspec.structs.replace(findings, status="needs_human", reason=reason)
        return self._settled(attempted, findings)

    def _task(self, model: LanguageModel, request: Request) -> Task:
        ask = request.ask()
        blank = msgspec.structs.replace(
            self._nobody(),
            method="model",
            model=ask.model or model.name,
            prompt_version=request.wording.version,
            prompt_hash=prompt.prompt_hash(ask),
            rubric_version=request.material.rubric_version,
            input_hash=prompt.input_hash(ask),
        )
        return Task(
            model=model,
            ask=ask,
            material=request.material,
            blank=blank,
            prices=self._prices,
            wanted=request.wanted,
            whole=request.whole,
        )

    def _concluded(self, task: Task, before: Tries, ended: Sequence[Ended]) -> Reading:
        """What the drafts come to: no account, an outage, too few that can be used, or a scorecard."""
        refused = [one for one in ended if isinstance(one, Refused)]
        barred = next((one for one in refused if one.why in _ACCOUNT), None)
        if barred is not None:
            return self._refused(task, barred)
        waiting = [one for one in ended if isinstance(one, Waiting)]
        if waiting:
            longest = max(one.retry_after_s or 0.0 for one in waiting)
            return Reading(last=waiting[0].attempted, findings=None, retry_after_s=longest or None)
        fresh = [one for one in ended if isinstance(one, Drafted)]
        usable = [*before.drafted.values(), *(one.findings for one in fresh)]
        if not agreement.enough(len(usable), task.wanted):
            if refused:
                return self._refused(task, refused[0])
            return self._settled(task.blank, without_judgement("unusable_answer"))
        findings = agreement.combined(usable, asked=task.wanted)
        if suspicious := telling(task.material.candidates_words):
            findings = withheld(findings, suspicious)
        return self._settled(task.blank if task.wanted > 1 else fresh[0].attempted, findings)

    def _refused(self, task: Task, one: Refused) -> Reading:
        """Money or keys: it failed, and an admin can mend it. Declined: a person reads it instead."""
        if one.why in _ACCOUNT:
            reason: Reason = "spend_limit" if one.why == "spend_limit" else "model_account"
            findings = Findings(status="failed", reason=reason)
        elif one.why in {"no_structured_output", "ai_stopped"}:
            findings = without_judgement("ai_stopped" if one.why == "ai_stopped" else "no_structured_output")
        else:
            findings = without_judgement("model_refused")
        several = task.wanted > 1
        attempted = msgspec.structs.replace(task.blank, reason=one.why) if several else one.attempted
        return self._settled(attempted, findings)

    def _settled(self, attempted: Try, findings: Findings) -> Reading:
        last = msgspec.structs.replace(
            attempted,
            outcome="settled",
            draft=None,
            reason=attempted.reason or findings.reason,
            finished_at=self._clock.now(),
        )
        return Reading(last=last, findings=findings)

    def _nobody(self) -> Try:
        now = self._clock.now()
        return Try(outcome="settled", method="none", model=NOBODY, started_at=now, finished_at=now)


async def _all(
    one: Callable[[int], Awaitable[Ended]], missing: Sequence[int], *, first_alone: bool
) -> list[Ended]:
    """Each of `missing`, together; with `first_alone` the rest only once the first is there, so that the
    vendor has the words at hand, and one call and not many finds out that it is still away.
    """
    ended: list[Ended] = []
    if first_alone and missing:
        ended.append(await one(missing[0]))
        missing = missing[1:]
        if isinstance(ended[0], Waiting):
            return ended
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_ended(one, number), name=f"draft.{number}") for number in missing]
    return ended + [task.result() for task in tasks]


async def _ended(one: Callable[[int], Awaitable[Ended]], number: int) -> Ended:
    return await one(number)
