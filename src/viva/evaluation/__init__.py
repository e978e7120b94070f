"""Evaluation: drafts that quote, written by a model or found without one, and what people say to them.

`claude.Claude` is not offered here: importing its SDK takes a second, which only those with a key should pay.
"""

from viva.evaluation.budget import Budgets, budgets_of
from viva.evaluation.cleaning import cleaned
from viva.evaluation.errors import NotReviewableYet, UnknownCriterion
from viva.evaluation.evidence import Evidence
from viva.evaluation.keyless import EvidenceFinder
from viva.evaluation.measuring import Figures, LabelledSet, measure
from viva.evaluation.model import (
    LEVELS,
    Claim,
    CriterionResult,
    Findings,
    Level,
    Review,
    Scorecard,
    Status,
)
from viva.evaluation.prompt import Wording, wording_of
from viva.evaluation.reading import Reader
from viva.evaluation.scoring import DRAFT_SCORECARD, EVALUATE_ANSWER, Scoring
from viva.evaluation.service import AnswerResult, Decision, Evaluation, Results
from viva.evaluation.views import for_staff

__all__ = [
    "DRAFT_SCORECARD",
    "EVALUATE_ANSWER",
    "LEVELS",
    "AnswerResult",
    "Budgets",
    "Claim",
    "CriterionResult",
    "Decision",
    "Evaluation",
    "Evidence",
    "EvidenceFinder",
    "Figures",
    "Findings",
    "LabelledSet",
    "Level",
    "NotReviewableYet",
    "Reader",
    "Results",
    "Review",
    "Scorecard",
    "Scoring",
    "Status",
    "UnknownCriterion",
    "Wording",
    "budgets_of",
    "cleaned",
    "for_staff",
    "measure",
    "wording_of",
]
