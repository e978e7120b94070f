"""Questions, criteria and plans: the words of an interview before it happens. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

Language = Literal["ko", "en"]

GeneralArea = Literal[
    "motivation",
    "experience",
    "problem_solving",
    "collaboration",
    "conflict",
    "ownership",
    "learning",
    "communication",
]
PositionArea = Literal[
    "backend", "frontend", "data", "product", "design", "sales", "customer_support", "operations"
]
Area = GeneralArea | PositionArea
Competency = GeneralArea | Literal["expertise", "judgement", "customer_focus", "quality"]

Difficulty = Literal[1, 2, 3]
"""1 foundation, 2 standard, 3 deep."""
Kind = Literal["behavioural", "situational", "technical"]
Place = Literal["opening", "middle", "closing"]
Source = Literal["bank", "model", "position"]
Origin = Literal["fixed", "bank", "drafted"]
"""Where a position's question comes from: written here, taken from the bank, drafted and then accepted."""
Depth = Literal[0, 1, 2]
"""How many questions may follow up on one answer."""
FromResume = Literal[0, 1, 2, 3]
"""How many questions a position wants from each candidate's résumé."""

TITLE_MAX = 200
"""Characters of a position's title that are kept."""
QUESTIONS_MAX = 20
KEY_TERMS_MAX = 60
"""Deepgram takes at most 500 tokens of key terms for one stream; sixty terms stay well below."""
ANSWER_LIMIT_S = 180
"""Seconds for one answer where a position says nothing else."""
PREPARATION_S = 0

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=TITLE_MAX)]
QuestionText = Annotated[str, msgspec.Meta(min_length=10, max_length=600)]
Point = Annotated[str, msgspec.Meta(min_length=2, max_length=300)]
Points = Annotated[tuple[Point, ...], msgspec.Meta(max_length=6)]
Term = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Terms = Annotated[tuple[Term, ...], msgspec.Meta(max_length=20)]
Key = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
KeptBecause = Annotated[str, msgspec.Meta(max_length=300)]
"""Why a person keeps what the linter asked about; empty where it asked nothing."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence or title in both languages."""

    en: str
    ko: str

    def of(self, language: Language) -> str:
        """The one in `language`."""
        return self.ko if language == "ko" else self.en


class Lists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same list in both languages."""

    en: tuple[str, ...]
    ko: tuple[str, ...]

    def of(self, language: Language) -> tuple[str, ...]:
        """The one in `language`."""
        return self.ko if language == "ko" else self.en


class BankQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question of the built-in bank. `what_good_shows` speaks of content only (C02)."""

    id: str
    area: Area
    competency: Competency
    difficulty: Difficulty
    kind: Kind
    text: Words
    what_good_shows: Lists
    key_terms: Lists
    place: Place = "middle"


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What answers are judged by: their content, never how or by whom it was said (C02).

    `key` is the competency of the questions that it belongs to; `weight` is its share, and the weights of a
    plan add up to 1; `anchors` describe the levels in words, lowest first; `evidence` says what in an answer
    counts as showing it; `kept_because` is why a person keeps what the linter asks about.
    """

    key: Key
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    description: Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
    weight: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    anchors: Annotated[tuple[Point, ...], msgspec.Meta(min_length=4, max_length=5)]
    evidence: Points = ()
    kept_because: KeptBecause = ""


class PositionQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question that a position asks word for word.

    `source_id` is the bank's id of a question taken from there; `follow_ups` is None where the position's own
    depth holds. `kept_because` is why a person keeps what the linter asks about, such as patients' health.
    """

    text: QuestionText
    competency: Key
    what_good_shows: Points = ()
    key_terms: Terms = ()
    origin: Origin = "fixed"
    source_id: Annotated[str, msgspec.Meta(max_length=80)] = ""
    follow_ups: Depth | None = None
    kept_because: KeptBecause = ""


class PositionDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A position as somebody writes it. Without questions the bank's are asked; without criteria, theirs.

    `resume_questions` more are drafted from each candidate's résumé, and asked in that interview only once a
    person has accepted them. With `ask_unseen` nobody reads those before they are asked, and a model drafts
    the questions of a position that has none; it is off unless somebody turns it on. With `show_numbers`
    scorecards show the place of a level among the five beside its words. With `blind_review` whoever reviews
    learns who the candidate is only once they have scored.
    """

    title: Title
    language: Language
    description: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    questions: Annotated[tuple[PositionQuestion, ...], msgspec.Meta(max_length=QUESTIONS_MAX)] = ()
    criteria: Annotated[tuple[Criterion, ...], msgspec.Meta(max_length=20)] = ()
    answer_limit_s: Annotated[int, msgspec.Meta(ge=15, le=1800)] = ANSWER_LIMIT_S
    preparation_s: Annotated[int, msgspec.Meta(ge=0, le=600)] = PREPARATION_S
    follow_up_depth: Depth = 0
    resume_questions: FromResume = 0
    ask_unseen: bool = False
    show_numbers: bool = False
    blind_review: bool = False
    active: bool = True


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a position; an interview keeps the version that it began with."""

    id: UUID
    version: int
    title: str
    language: Language
    description: str
    questions: tuple[PositionQuestion, ...]
    criteria: tuple[Criterion, ...]
    answer_limit_s: int
    preparation_s: int
    follow_up_depth: Depth
    resume_questions: FromResume
    ask_unseen: bool
    show_numbers: bool
    blind_review: bool
    active: bool
    created_at: datetime
    updated_at: datetime


FROM_RESUME = "resume-"
"""How the ids of questions begin that were drafted from a candidate's résumé."""


class PlannedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question in its place in a plan. `order` counts from 1; `id` says where the question comes from
    (the bank's id, `draft-2`, `position-3`) and is unique within the plan. `follow_ups`: how many may follow.
    """

    id: str
    order: int
    text: str
    competency: str
    what_good_shows: tuple[str, ...]
    key_terms: tuple[str, ...] = ()
    follow_ups: Depth = 0


class InterviewPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What will be asked and by what it will be judged.

    `source` says where the questions come from; `fallback_reason` is a stable code and stands where a model
    was asked and the bank had to step in: `model_unavailable`, `model_refused`, `model_answer_unusable`,
    `model_failed`, `model_timeout`, `draft_may_not_be_asked`, `budget_position`, `budget_day`.
    """

    position_title: str
    language: Language
    questions: tuple[PlannedQuestion, ...]
    criteria: tuple[Criterion, ...]
    source: Source
    fallback_reason: str | None = None
    key_terms: tuple[str, ...] = ()
    answer_limit_s: int = ANSWER_LIMIT_S
    preparation_s: int = PREPARATION_S
    position_id: UUID | None = None
    position_version: int | None = None
    blind_review: bool = False


def planned(question: BankQuestion, order: int, language: Language) -> PlannedQuestion:
    """A question of the bank as it is asked in `language`."""
    return PlannedQuestion(
        id=question.id,
        order=order,
        text=question.text.of(language),
        competency=question.competency,
        what_good_shows=question.what_good_shows.of(language),
        key_terms=question.key_terms.of(language),
    )


def rubric_for(
    questions: Iterable[PlannedQuestion], rubric: Mapping[str, Criterion]
) -> tuple[Criterion, ...]:
    """One criterion for each competency that the questions ask for, weighted by how many ask for it.

    `rubric` is keyed by competency and in the plan's language. Raises `KeyError` on an unknown competency.
    """
    counts: dict[str, int] = {}
    for question in questions:
        counts[question.competency] = counts.get(question.competency, 0) + 1
    chosen = [msgspec.structs.replace(rubric[key], weight=count) for key, count in counts.items()]
    return balanced(chosen)


def balanced(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """The same criteria with weights that add up to 1, rounded to four places."""
    kept = tuple(criteria)
    total = sum(criterion.weight for criterion in kept)
    return tuple(msgspec.structs.replace(c, weight=round(c.weight / total, 4)) for c in kept)


def joined_key_terms(questions: Iterable[PlannedQuestion]) -> tuple[str, ...]:
    """The terms that a recogniser should expect, once each, at most `KEY_TERMS_MAX`."""
    found: dict[str, str] = {}
    for question in questions:
        for term in question.key_terms:
            found.setdefault(term.casefold(), term)
    return tuple(found.values())[:KEY_TERMS_MAX]
