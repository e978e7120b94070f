"""The planner: from a title, or a kept position, to the questions and criteria of one interview."""

import asyncio
from collections import OrderedDict
from uuid import UUID

import msgspec
import structlog

from viva.platform.database import Database
from viva.platform.language_model import Ask, LanguageModel, ModelError
from viva.platform.spending import account_of
from viva.questions.bank import Bank, built_in_bank
from viva.questions.drafting import TIMEOUT_S, draft_ask, plan_from_draft
from viva.questions.errors import PositionClosed
from viva.questions.model import (
    Criterion,
    InterviewPlan,
    Language,
    PlannedQuestion,
    Position,
    joined_key_terms,
    rubric_for,
)
from viva.questions.selection import plan_from_bank
from viva.questions.service import Positions
from viva.questions.titles import cleaned_title

DRAFTS_KEPT = 256
"""Drafted plans kept in memory, so that the next candidate for the same job is asked the same."""

_Key = tuple[str | UUID, int, Language]
"""A title in one case, or a position, its version (0 for a title) and the language."""

log = structlog.get_logger(__name__)


class Planner:
    """Plans interviews.

    A kept position gives its own questions, and the bank's where it has none; a free-text title gets the
    bank's. Nothing is asked that nobody has read, unless somebody said so: a position with `ask_unseen` that
    has no questions of its own, or `ask_unseen` here for free-text titles. Then the model drafts, and the
    same title in the same language, or the same version of a position, gives the same plan while the process
    lives and the plan is among the last `DRAFTS_KEPT`.
    """

    def __init__(
        self,
        database: Database,
        positions: Positions,
        *,
        model: LanguageModel | None = None,
        bank: Bank | None = None,
        timeout_s: float = TIMEOUT_S,
        ask_unseen: bool = False,
    ) -> None:
        self._database = database
        self._positions = positions
        self._model = model
        self._bank = bank or built_in_bank()
        self._timeout_s = timeout_s
        self._ask_unseen = ask_unseen
        self._drafts: OrderedDict[_Key, InterviewPlan] = OrderedDict()

    async def plan(
        self,
        title: str,
        language: Language,
        position_id: UUID | None = None,
        *,
        leaves_as: str | None = None,
    ) -> InterviewPlan:
        """The plan for one interview. Call it outside any unit of work: it may take `timeout_s` seconds.

        `leaves_as` is the title without what names the candidate, who may have typed it (S35): a model is
        given this in its place. A kept position's title is the staff's own.

        A model's failure is never an error here: the plan then has `fallback_reason`. Raises
        `PositionNotFound` and `PositionClosed` for a `position_id`.
        """
        if position_id is None:
            return await self.plan_for_title(title, language, leaves_as=leaves_as)
        async with self._database.uow() as work:
            position = await self._positions.get(work, position_id)
        if not position.active:
            raise PositionClosed
        planned = plan_for_position(position, language, self._bank)
        return await self._unseen(position, planned) if position.ask_unseen else planned

    async def _unseen(self, position: Position, planned: InterviewPlan) -> InterviewPlan:
        """Drafted questions where the position has none and says that they may be asked unread."""
        if position.questions or position.criteria:
            return planned
        key = (position.id, position.version, planned.language)
        ask = draft_ask(
            position.title,
            planned.language,
            account_of(position.title, position.id),
            description=position.description,
        )
        drafted = await self._remembered(key, ask, position.title)
        if drafted.source != "model":
            return msgspec.structs.replace(planned, fallback_reason=drafted.fallback_reason)
        questions = tuple(
            msgspec.structs.replace(question, follow_ups=position.follow_up_depth)
            for question in drafted.questions
        )
        return msgspec.structs.replace(
            planned,
            questions=questions,
            criteria=drafted.criteria,
            key_terms=drafted.key_terms,
            source="model",
        )

    async def plan_for_title(
        self, title: str, language: Language, *, leaves_as: str | None = None
    ) -> InterviewPlan:
        """The plan for a free-text title: the bank's, unless drafts are asked unseen here."""
        if not self._ask_unseen or not cleaned_title(title):
            return plan_from_bank(title, language, self._bank)
        drafted_from = title if leaves_as is None else leaves_as
        key = (cleaned_title(drafted_from).casefold(), 0, language)
        ask = draft_ask(drafted_from, language, account_of(cleaned_title(title)))
        return await self._remembered(key, ask, title)

    async def _remembered(self, key: _Key, ask: Ask, title: str) -> InterviewPlan:
        """The draft under this key, made now if it is not there; the bank's where no model could make one."""
        language = key[-1]
        if self._model is None:
            return plan_from_bank(title, language, self._bank)
        if key not in self._drafts:
            plan = await self._drafted(self._model, ask, title, language)
            if plan.source == "bank":
                return plan
            self._drafts.setdefault(key, plan)
            while len(self._drafts) > DRAFTS_KEPT:
                self._drafts.popitem(last=False)
        self._drafts.move_to_end(key)
        return msgspec.structs.replace(self._drafts[key], position_title=cleaned_title(title))

    async def _drafted(self, model: LanguageModel, ask: Ask, title: str, language: Language) -> InterviewPlan:
        try:
            async with asyncio.timeout(self._timeout_s):
                reply = await model.ask(ask)
            return plan_from_draft(reply.text, title, language, self._bank)
        except TimeoutError:
            reason = "model_timeout"
        except ModelError as error:
            reason = error.code
        log.warning("plan_fell_back_to_bank", reason=reason, language=language, model=model.name)
        return plan_from_bank(title, language, self._bank, fallback_reason=reason)


def plan_for_position(position: Position, language: Language, bank: Bank) -> InterviewPlan:
    """The plan of a kept position: word for word what it asks, in the language that it asks in.

    Without questions of its own it asks the bank's, and those exist in `language` too.
    """
    spoken = position.language if position.questions or position.criteria else language
    if position.questions:
        questions = tuple(
            PlannedQuestion(
                id=question.source_id or f"position-{order}",
                order=order,
                text=question.text,
                competency=question.competency,
                what_good_shows=question.what_good_shows,
                key_terms=question.key_terms,
                follow_ups=position.follow_up_depth if question.follow_ups is None else question.follow_ups,
            )
            for order, question in enumerate(position.questions, start=1)
        )
    else:
        questions = tuple(
            msgspec.structs.replace(question, follow_ups=position.follow_up_depth)
            for question in plan_from_bank(position.title, spoken, bank).questions
        )
    return InterviewPlan(
        position_title=position.title,
        language=spoken,
        questions=questions,
        criteria=_without_reasons(position.criteria) or rubric_for(questions, bank.rubric(spoken)),
        source="position" if position.questions else "bank",
        key_terms=joined_key_terms(questions),
        answer_limit_s=position.answer_limit_s,
        preparation_s=position.preparation_s,
        position_id=position.id,
        position_version=position.version,
        blind_review=position.blind_review,
    )


def _without_reasons(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Why something is kept is for whoever reads the position, not for candidates, who read the criteria."""
    return tuple(msgspec.structs.replace(criterion, kept_because="") for criterion in criteria)
