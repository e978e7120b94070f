# ruff: noqa: E501 (a sentence is read in one line)
"""What can be wrong with a request to evaluation."""

from viva.platform.errors import Conflict, Invalid, TooManyRequests
from viva.platform.i18n import N_


class NotReviewableYet(Conflict):
    """The interview has not ended: there is nothing whole to review."""

    code = "not_reviewable_yet"
    message = N_("The interview has not ended yet, so it cannot be reviewed.")


class UnknownCriterion(Invalid):
    """A level was given for something that is not in this session's rubric."""

    code = "unknown_criterion"
    message = N_("“{key}” is not a criterion of this interview.")


class ReviewIncomplete(Invalid):
    """A view says something about every criterion, be it that it is not scored; `keys` are left out."""

    code = "review_incomplete"
    message = N_("Please say something about every criterion: a level, or “Not scored”. Missing: {missing}.")

    def __init__(self, *, keys: list[str], missing: str) -> None:
        super().__init__(keys=keys, missing=missing)
        self.keys = keys


class OverrideReasonRequired(Invalid):
    """Whoever has seen the draft says why they now say otherwise; `keys` name the criteria or the decision."""

    code = "override_reason_required"
    message = N_("You have seen the AI's draft. Please say why you now score or decide otherwise.")


class DecisionNeedsAPerson(Conflict):
    """C07: a decision about somebody is a named person's; no program makes it."""

    code = "decision_needs_a_person"
    message = N_("A decision is made by a named person who has signed in, not by an API key.")


class EvaluationUnderWay(TooManyRequests):
    """One evaluation of a session at a time."""

    code = "evaluation_under_way"
    message = N_("This interview is being evaluated already. Please wait until that is done.")


class CalibrationImpossible(Invalid):
    """There is no model to calibrate, or too much or too little was asked for."""

    code = "calibration_impossible"
    message = N_(
        "This calibration is not possible. It needs a model key, one to thirty interviews and one to twenty runs."
    )


class NotForCalibration(Invalid):
    """An interview that may not be read by a model."""

    code = "not_for_calibration"
    message = N_(
        "Only completed interviews can be read again, and only with the candidate's consent to evaluation by AI."
    )
