"""One reading of an answer or the whole, from material to findings. No database: a call may take minutes.

`Reader.read` always ends in a `Reading`: findings, or an outage that is worth waiting out.
"""

import msgspec

from viva.evaluation import prompt
from viva.evaluation.judgement import Unusable, judge
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
from viva.evaluation.store import Try
from viva.evaluation.suspicion import addresses_the_judge
from viva.platform.clock import Clock
from viva.platform.language_model import (
    Ask,
    LanguageModel,
    ModelAnswerUnusable,
    ModelRefused,
    ModelUnavailable,
    Reply,
)

CALLS_MAX = 2
"""F09: one call and one repair."""
NOBODY = "nobody"
_ACCOUNT = frozenset({"authentication", "payment", "permission", "spend_limit", "unknown_model"})


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried, and what it showed; no `findings` means wait, `retry_after_s` if it is known."""

    tries: tuple[Try, ...]
    findings: Findings | None
    retry_after_s: float | None = None


class Reader:
    """Asks the model where there is one, else the evidence finder."""

    def __init__(self, clock: Clock, finder: EvidenceFinder, model: LanguageModel | None = None) -> None:
        self._clock = clock
        self._finder = finder
        self._model = model

    async def read(
        self, material: Material, drafts: list[dict[str, str]], *, whole: bool, unusable_before: int
    ) -> Reading:
        """`unusable_before` counts the unusable answers that this round has had already."""
        reason = legibility(material.transcript, weight_min=WHOLE_WEIGHT_MIN if whole else ANSWER_WEIGHT_MIN)
        if self._model is None:
            return await self._find(material, reason)
        if reason is not None:
            return self.settled_without(reason)
        ask = _ask(material, drafts, whole=whole)
        return await self._judge(self._model, ask, material, whole=whole, calls=unusable_before)

    def settled_without(self, reason: Reason) -> Reading:
        """Nobody looked; a person will."""
        return self._ended((), self._nobody(), without_judgement(reason))

    async def _find(self, material: Material, reason: Reason | None) -> Reading:
        attempted = msgspec.structs.replace(self._nobody(), method="evidence", model=self._finder.name)
        findings = await self._finder.find(material.criteria, material.transcript)
        if reason is not None:
            findings = msgspec.structs.replace(findings, status="needs_human", reason=reason)
        return self._ended((), attempted, findings)

    async def _judge(
        self, model: LanguageModel, ask: Ask, material: Material, *, whole: bool, calls: int
    ) -> Reading:
        tries: tuple[Try, ...] = ()
        attempted = self._asked(model, ask)
        problem = "it did not fit the schema"
        while calls < CALLS_MAX:
            asked = prompt.repaired(ask, problem) if calls else ask
            attempted = self._asked(model, asked)
            try:
                reply = await model.ask(asked)
                attempted = _answered(attempted, reply)
                return self._ended(tries, attempted, _judged(reply.text, material, whole=whole))
            except ModelUnavailable as error:
                waiting = self._now(attempted, outcome="unavailable", reason=error.code)
                return Reading(tries=(*tries, waiting), findings=None, retry_after_s=error.retry_after_s)
            except ModelRefused as error:
                return self._refused(tries, attempted, str(error.params.get("reason")))
            except (ModelAnswerUnusable, Unusable) as error:
                problem = _problem(error)
                tries = (*tries, self._now(attempted, outcome="unusable", reason=problem))
            calls += 1
        settled = self._asked(model, ask)
        return self._ended(tries, settled, without_judgement("unusable_answer"))

    def _refused(self, tries: tuple[Try, ...], attempted: Try, why: str) -> Reading:
        """Money or keys: it failed, and an admin can mend it. Declined: a person reads it instead."""
        findings = without_judgement("model_refused")
        if why in _ACCOUNT:
            findings = Findings(status="failed", reason="model_account")
        return self._ended(tries, msgspec.structs.replace(attempted, reason=why), findings)

    def _ended(self, tries: tuple[Try, ...], attempted: Try, findings: Findings) -> Reading:
        reason = attempted.reason or findings.reason
        return Reading(
            tries=(*tries, self._now(attempted, outcome="settled", reason=reason)), findings=findings
        )

    def _nobody(self) -> Try:
        now = self._clock.now()
        return Try(outcome="settled", method="none", model=NOBODY, started_at=now, finished_at=now)

    def _asked(self, model: LanguageModel, ask: Ask) -> Try:
        return msgspec.structs.replace(
            self._nobody(),
            method="model",
            model=model.name,
            prompt_version=prompt.VERSION,
            prompt_hash=prompt.prompt_hash(ask),
            input_hash=prompt.input_hash(ask),
        )

    def _now(self, attempted: Try, *, outcome: str, reason: str | None) -> Try:
        return msgspec.structs.replace(
            attempted, outcome=outcome, reason=reason, finished_at=self._clock.now()
        )


def _ask(material: Material, drafts: list[dict[str, str]], *, whole: bool) -> Ask:
    place = {"position": material.position, "language": material.language}
    if whole:
        return prompt.ask_about_whole(material.criteria, list(material.answers), drafts, **place)
    return prompt.ask_about_answer(material.criteria, material.answers[0], **place)


def _judged(raw: str, material: Material, *, whole: bool) -> Findings:
    findings = judge(raw, material.criteria, material.transcript, material.language, whole=whole)
    if addresses_the_judge(material.transcript):
        return withheld(findings, "addresses_the_judge")
    return findings


def _answered(attempted: Try, reply: Reply) -> Try:
    return msgspec.structs.replace(
        attempted,
        model=reply.model,
        raw_answer=reply.text.replace("\x00", ""),
        request_id=reply.request_id,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
    )


def _problem(error: ModelAnswerUnusable | Unusable) -> str:
    if isinstance(error, Unusable):
        return str(error)
    return {"truncated": "it was cut off", "empty": "it was empty"}.get(
        str(error.params.get("reason")), "it could not be read"
    )
