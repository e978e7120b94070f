"""Templates: common positions to start from, made of the bank's questions and criteria. Pure."""

import tomllib
from functools import cache
from importlib import resources

import msgspec

from viva.questions.bank import Bank, built_in_bank
from viva.questions.model import (
    InterviewPlan,
    Language,
    PlannedQuestion,
    PositionArea,
    PositionDraft,
    PositionQuestion,
    Words,
)
from viva.questions.selection import plan_from_bank


class PositionTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A common position in both languages; `area` names its questions in the bank."""

    area: PositionArea
    title: Words
    description: Words


class _Templates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    templates: tuple[PositionTemplate, ...]


@cache
def position_templates() -> tuple[PositionTemplate, ...]:
    """All of them, in the order in which they are offered."""
    file = resources.files("viva.questions") / "bank" / "templates.toml"
    return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _Templates).templates


def draft_from_template(area: str, language: Language, bank: Bank | None = None) -> PositionDraft | None:
    """A whole position to edit, or None when there is no such template."""
    template = next((each for each in position_templates() if each.area == area), None)
    if template is None:
        return None
    plan = plan_from_bank(template.title.of(language), language, bank or built_in_bank())
    return PositionDraft(
        title=template.title.of(language),
        language=language,
        description=template.description.of(language),
        questions=questions_of(plan),
        criteria=plan.criteria,
        follow_up_depth=1,
    )


def questions_of(plan: InterviewPlan) -> tuple[PositionQuestion, ...]:
    """The plan's questions as a position keeps them."""
    return tuple(_kept(question) for question in plan.questions)


def _kept(question: PlannedQuestion) -> PositionQuestion:
    return PositionQuestion(
        text=question.text,
        competency=question.competency,
        what_good_shows=question.what_good_shows,
        key_terms=question.key_terms,
        origin="bank",
        source_id=question.id,
    )
