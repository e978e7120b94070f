"""What can go wrong with a candidate's résumé."""

from viva.platform.errors import Conflict, NotFound
from viva.platform.i18n import N_


class ResumeNotAskedFor(Conflict):
    """The position asks nothing from résumés: what nobody uses is not kept."""

    code = "resume_not_asked_for"
    message = N_("This position asks no questions from résumés, so none is kept.")


class NoResume(NotFound):
    """Nothing was attached."""

    code = "no_resume"
    message = N_("No résumé is attached to this interview.")


class NotADraft(Conflict):
    """There is no such draft, or it was decided already."""

    code = "not_a_draft"
    message = N_("Somebody has decided about this draft already. Please look at it again.")


class EnoughQuestions(Conflict):
    """As many are asked as the position says."""

    code = "enough_resume_questions"
    message = N_("This interview already asks as many questions from the résumé as the position says.")
