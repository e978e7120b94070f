"""Questions: the bank, positions and their versions, the rubric, the linter, and the plan of an interview."""

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
    PlannedQuestion,
    Position,
    PositionDraft,
    PositionQuestion,
)
from viva.questions.planner import Planner
from viva.questions.service import Positions

__all__ = [
    "BankQuestion",
    "Criterion",
    "Finding",
    "InterviewPlan",
    "Language",
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
    "lint",
    "lint_criterion",
    "lint_question",
]
