"""Questions: the bank, positions and their versions, the rubric, the linter, and the plan of an interview."""

from viva.questions.bank import Bank, built_in_bank
from viva.questions.errors import (
    MayNotBeAsked,
    NoSuchCompetency,
    PositionChanged,
    PositionClosed,
    PositionNotFound,
    UnreadablePosition,
)
from viva.questions.linting import Finding, lint, lint_criterion, lint_question
from viva.questions.model import (
    BankQuestion,
    Criterion,
    InterviewPlan,
    Language,
    Lists,
    PlannedQuestion,
    Position,
    PositionDraft,
    PositionQuestion,
    Words,
)
from viva.questions.planner import Planner
from viva.questions.service import Positions

__all__ = [
    "Bank",
    "BankQuestion",
    "Criterion",
    "Finding",
    "InterviewPlan",
    "Language",
    "Lists",
    "MayNotBeAsked",
    "NoSuchCompetency",
    "PlannedQuestion",
    "Planner",
    "Position",
    "PositionChanged",
    "PositionClosed",
    "PositionDraft",
    "PositionNotFound",
    "PositionQuestion",
    "Positions",
    "UnreadablePosition",
    "Words",
    "built_in_bank",
    "lint",
    "lint_criterion",
    "lint_question",
]
