"""Results as they go over the wire: one shape for staff and one, much smaller, for the candidate (S33).

What a reader may see is what their struct has a field for; nothing is left out by deleting.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec

from viva.evaluation.evidence import Evidence
from viva.evaluation.made import BudgetView, MadeView, budget_view, made_view
from viva.evaluation.model import LEVELS as LEVEL_ORDER
from viva.evaluation.model import Claim, CriterionResult, Findings, Level, Method, Review, Scorecard, Status
from viva.evaluation.service import AnswerResult, Results
from viva.evaluation.store import Usage
from viva.evaluation.wording import LEVELS, METHODS, NOT_FOLLOWED, NOT_SCORED, NOTES, REASONS
from viva.platform.i18n import gettext

Code = TypeVar("Code", bound=str)


class Told(msgspec.Struct):
    """A stable code and the same in words."""

    code: str
    message: str


class QuestionView(msgspec.Struct):
    """The question as it was asked."""

    id: UUID
    order: int
    text: str


class StaffQuestionView(QuestionView):
    """With what it was meant to show."""

    competency: str
    what_good_shows: tuple[str, ...]


class AnswerView(msgspec.Struct):
    """What was said or typed."""

    status: str
    kind: str | None
    text: str
    start_ms: int | None
    end_ms: int | None


class CriterionView(msgspec.Struct):
    """A level where evidence carries it, else the note that says why not.

    `number` is the level's place from 1 to 5, where the position wants numbers; `weight` is the criterion's
    in the rubric.
    """

    key: str
    title: str
    level: Level | None
    level_text: str
    reason: str
    note: Told | None
    evidence: tuple[Evidence, ...]
    agreement: "AgreementView | None" = None
    number: int | None = None
    weight: float | None = None


class AgreementView(msgspec.Struct):
    """How far the independent drafts agree: `agreeing` of `drafts` gave the level that is shown."""

    levels: tuple[Level | None, ...]
    agreeing: int
    drafts: int


class FindingsView(msgspec.Struct, kw_only=True):
    """What an answer shows."""

    status: Status
    reason: Told | None = None
    method: Method = "none"
    judged: bool = False
    message: str = ""
    criteria: tuple[CriterionView, ...] = ()
    claims: tuple[Claim, ...] = ()
    drafts_asked: int = 1
    drafts_used: int = 1
    suspicious: tuple[str, ...] = ()
    """Sentences that read like an instruction to the evaluator."""


class ScorecardView(FindingsView, kw_only=True):
    """The whole, as a draft for a person; `rubric_version` names criteria and weights by their content."""

    id: UUID
    draft: Literal[True] = True
    evaluated_by: str
    prompt_version: str | None
    rubric_version: str | None
    position_version: int | None
    evaluated_at: datetime
    evaluation_id: UUID
    usage: Usage
    budgets: tuple[BudgetView, ...]


class AnswerResultView(msgspec.Struct):
    """One answer, for staff."""

    question: StaffQuestionView
    answer: AnswerView
    evaluation: FindingsView | None


class StaffResults(msgspec.Struct):
    """The contract's shape. `draft_hidden`: a model's draft or judgement is left out until this reader has
    scored; `made` says of the draft, hidden or not, how it came about; `ai_stopped` that no model is called
    at the moment.
    """

    status: Status
    answers: list[AnswerResultView]
    scorecard: ScorecardView | None
    reviews: tuple[Review, ...] = ()
    waiting: Told | None = None
    not_followed: tuple[Told, ...] = ()
    draft_hidden: bool = False
    made: MadeView | None = None
    ai_stopped: bool = False


class CandidateAnswerView(msgspec.Struct):
    """One answer, for the person who gave it."""

    question: QuestionView
    answer: AnswerView
    evaluation: None = None


class CandidateResults(msgspec.Struct):
    """The contract's shape, with the candidate's own words and nothing of the evaluation."""

    status: Status
    answers: list[CandidateAnswerView]
    scorecard: None = None


def for_candidate(results: Results) -> CandidateResults:
    """Their status and their own answers."""
    answers = [
        CandidateAnswerView(
            QuestionView(one.question.id, one.question.order, one.question.text), _answer(one)
        )
        for one in results.answers
    ]
    return CandidateResults(results.status, answers)


def for_staff(results: Results) -> StaffResults:
    """All of it that there is for this reader, in the request's language."""
    card = results.scorecard
    return StaffResults(
        status=results.status,
        answers=[
            AnswerResultView(_question(one), _answer(one), _evaluation(one, results))
            for one in results.answers
        ],
        scorecard=_scorecard(card, results) if card else None,
        reviews=results.reviews,
        waiting=_told(results.waiting, REASONS),
        not_followed=tuple(Told(why, gettext(NOT_FOLLOWED[why])) for why in results.not_followed),
        draft_hidden=results.draft_hidden,
        made=made_view(results),
        ai_stopped=results.ai_stopped,
    )


def _question(one: AnswerResult) -> StaffQuestionView:
    question = one.question
    return StaffQuestionView(
        question.id, question.order, question.text, question.competency, question.what_good_shows
    )


def _answer(one: AnswerResult) -> AnswerView:
    text = " ".join(utterance.corrected_text or utterance.text for utterance in one.said)
    return AnswerView(one.answer.status, one.answer.kind, text, one.answer.start_ms, one.answer.end_ms)


def _evaluation(one: AnswerResult, results: Results) -> FindingsView | None:
    if one.findings is not None:
        return FindingsView(**_findings(one.findings, results))
    pending = one.answer.status == "finished" and not results.draft_hidden
    return FindingsView(status="pending") if pending else None


def _scorecard(card: Scorecard, results: Results) -> ScorecardView:
    return ScorecardView(
        id=card.id,
        evaluated_by=card.evaluated_by,
        prompt_version=card.prompt_version,
        rubric_version=card.rubric_version,
        position_version=results.position_version,
        evaluated_at=card.created_at,
        evaluation_id=card.evaluation_id,
        usage=results.usage,
        budgets=tuple(map(budget_view, results.budgets)),
        **_findings(card.findings, results),
    )


def _findings(findings: Findings, results: Results) -> dict[str, Any]:
    weights = {criterion.key: criterion.weight for criterion in results.criteria}
    return {
        "status": findings.status,
        "reason": _told(findings.reason, REASONS),
        "method": findings.method,
        "judged": findings.method == "model" and findings.status == "ready",
        "message": gettext(METHODS[findings.method]),
        "criteria": tuple(
            criterion_view(result, numbers=results.numbers, weight=weights.get(result.key))
            for result in findings.criteria
        ),
        "claims": findings.claims,
        "drafts_asked": findings.drafts_asked,
        "drafts_used": findings.drafts_used,
        "suspicious": findings.suspicious,
    }


def criterion_view(result: CriterionResult, *, numbers: bool, weight: float | None) -> CriterionView:
    """A criterion in the request's language."""
    return CriterionView(
        key=result.key,
        title=result.title,
        level=result.level,
        level_text=gettext(LEVELS[result.level] if result.level else NOT_SCORED),
        reason=result.reason,
        note=_told(result.note, NOTES),
        evidence=result.evidence,
        agreement=_agreement(result),
        number=LEVEL_ORDER.index(result.level) + 1 if numbers and result.level else None,
        weight=weight,
    )


def _agreement(result: CriterionResult) -> AgreementView | None:
    if not result.drafts:
        return None
    agreeing = sum(level == result.level for level in result.drafts)
    return AgreementView(result.drafts, agreeing, len(result.drafts))


def _told(code: Code | None, words: Mapping[Code, str]) -> Told | None:
    return Told(code, gettext(words[code])) if code else None
