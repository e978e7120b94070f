"""Evaluation: drafts that quote, written by a model or found without one, and what people say to them.

`claude.Claude` is not offered here: importing its SDK takes a second, which only those with a key should pay.
"""

from viva.evaluation.calibration import CALIBRATE, Calibration, Outcome
from viva.evaluation.calibration_store import Series
from viva.evaluation.errors import (
    DecisionNeedsAPerson,
    NotReviewableYet,
    OverrideReasonRequired,
    ReviewIncomplete,
    UnknownCriterion,
)
from viva.evaluation.evidence import Evidence
from viva.evaluation.instructions import CURRENT, VERSIONS
from viva.evaluation.keyless import EvidenceFinder
from viva.evaluation.made import BudgetView, budget_view
from viva.evaluation.measuring import Figures, LabelledSet, answers, measure
from viva.evaluation.model import (
    LEVELS,
    Claim,
    CriterionResult,
    Decision,
    Findings,
    Level,
    Review,
    Scorecard,
    Status,
)
from viva.evaluation.overriding import Differing
from viva.evaluation.pairing import (
    LevelsCompared,
    Marker,
    QuotesCompared,
    compare_levels,
    compare_quotes,
    paired_requests,
)
from viva.evaluation.prompt import Wording, wording_of
from viva.evaluation.publishing import Published, publish_finder, publish_pairs, published
from viva.evaluation.reading import Reader
from viva.evaluation.reviewing import Reviewing
from viva.evaluation.scoring import DRAFT_SCORECARD, EVALUATE_ANSWER, Scoring
from viva.evaluation.service import AnswerResult, Evaluation, Results
from viva.evaluation.suspicion import addresses_the_judge
from viva.evaluation.trial import Cost, cost_of
from viva.evaluation.veiling import veiled
from viva.evaluation.views import for_staff

__all__ = [
    "CALIBRATE",
    "CURRENT",
    "DRAFT_SCORECARD",
    "EVALUATE_ANSWER",
    "LEVELS",
    "VERSIONS",
    "AnswerResult",
    "BudgetView",
    "Calibration",
    "Claim",
    "Cost",
    "CriterionResult",
    "Decision",
    "DecisionNeedsAPerson",
    "Differing",
    "Evaluation",
    "Evidence",
    "EvidenceFinder",
    "Figures",
    "Findings",
    "LabelledSet",
    "Level",
    "LevelsCompared",
    "Marker",
    "NotReviewableYet",
    "Outcome",
    "OverrideReasonRequired",
    "Published",
    "QuotesCompared",
    "Reader",
    "Results",
    "Review",
    "ReviewIncomplete",
    "Reviewing",
    "Scorecard",
    "Scoring",
    "Series",
    "Status",
    "UnknownCriterion",
    "Wording",
    "addresses_the_judge",
    "answers",
    "budget_view",
    "compare_levels",
    "compare_quotes",
    "cost_of",
    "for_staff",
    "measure",
    "paired_requests",
    "publish_finder",
    "publish_pairs",
    "published",
    "veiled",
    "wording_of",
]
