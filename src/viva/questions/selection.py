"""Choosing questions from the bank for a title. Pure and without chance.

Whoever applies for the same position is asked the same questions: answers can only be compared when the
questions were the same, so nothing here depends on a seed, the candidate or the hour.
"""

from collections.abc import Mapping, Sequence

from viva.questions.bank import Bank
from viva.questions.model import (
    BankQuestion,
    Difficulty,
    GeneralArea,
    InterviewPlan,
    Language,
    PositionArea,
    joined_key_terms,
    planned,
    rubric_for,
)
from viva.questions.titles import area_of, cleaned_title, difficulty_of

ABOUT_THE_FIELD = 2
"""Questions of the position's own field in a plan of five."""

BESIDE_THE_FIELD: Mapping[PositionArea, GeneralArea] = {
    "backend": "collaboration",
    "frontend": "learning",
    "data": "communication",
    "product": "conflict",
    "design": "conflict",
    "sales": "communication",
    "customer_support": "conflict",
    "operations": "collaboration",
}
"""The general competency that matters most beside each field and is not asked for by its own questions."""

WITHOUT_A_FIELD: tuple[GeneralArea, ...] = ("problem_solving", "ownership", "collaboration")


def plan_from_bank(
    title: str, language: Language, bank: Bank, *, fallback_reason: str | None = None
) -> InterviewPlan:
    """Five questions: an opening, three about the work, a closing. Any title at all gives a valid plan."""
    chosen = _chosen(area_of(title), difficulty_of(title), bank)
    questions = tuple(planned(question, order, language) for order, question in enumerate(chosen, start=1))
    return InterviewPlan(
        position_title=cleaned_title(title),
        language=language,
        questions=questions,
        criteria=rubric_for(questions, bank.rubric(language)),
        source="bank",
        fallback_reason=fallback_reason,
        key_terms=joined_key_terms(questions),
    )


def _chosen(area: PositionArea | None, difficulty: Difficulty, bank: Bank) -> list[BankQuestion]:
    opening = next(question for question in bank.questions if question.place == "opening")
    closing = next(question for question in bank.questions if question.place == "closing")
    if area is None:
        middle = [_nearest(bank.in_area(general), difficulty)[0] for general in WITHOUT_A_FIELD]
    else:
        middle = _of_the_field(bank.in_area(area), difficulty)
        middle.append(_nearest(bank.in_area(BESIDE_THE_FIELD[area]), difficulty)[0])
    return [opening, *middle, closing]


def _of_the_field(questions: Sequence[BankQuestion], difficulty: Difficulty) -> list[BankQuestion]:
    """The nearest in difficulty, each for another competency, the easier first."""
    picked: dict[str, BankQuestion] = {}
    for question in _nearest(questions, difficulty):
        if len(picked) < ABOUT_THE_FIELD and question.competency != "experience":
            picked.setdefault(question.competency, question)
    return sorted(picked.values(), key=lambda question: question.difficulty)


def _nearest(questions: Sequence[BankQuestion], difficulty: Difficulty) -> list[BankQuestion]:
    """By distance to `difficulty`, then in the order in which they are written."""
    middle = [question for question in questions if question.place == "middle"]
    return sorted(middle, key=lambda question: abs(question.difficulty - difficulty))
