"""What a caller of `sessions` has to decide about."""

from viva.platform.errors import Conflict, Invalid, NotFound
from viva.platform.i18n import N_


class SessionNotFound(NotFound):
    """No such session, or it is not yours."""

    code = "session_not_found"
    message = N_("This interview could not be found.")


class ConsentRequired(Conflict):
    """Nothing is recorded and no answer begins before the candidate decided."""

    code = "consent_required"
    message = N_("Please read the notice and give your consent first.")


class SessionClosed(Conflict):
    """The interview is over, expired or withdrawn."""

    code = "session_closed"
    message = N_("This interview is closed.")


class WrongQuestion(Conflict):
    """Another question is the current one; the state says which."""

    code = "wrong_question"
    message = N_("The interview is at another question. The page shows the current one.")


class NotAnswering(Conflict):
    """No answer is under way."""

    code = "not_answering"
    message = N_("No answer is under way.")


class NoMoreTime(Conflict):
    """The answer was extended as often as it may be."""

    code = "no_more_time"
    message = N_("The time for this answer cannot be extended any further.")


class EmptyAnswer(Invalid):
    """A typed answer without a word."""

    code = "empty_answer"
    message = N_("Please write your answer before you send it.")


class NameAndPositionRequired(Invalid):
    """The two things an interview cannot begin without."""

    code = "name_and_position_required"
    message = N_("Please enter your name and the position you are applying for.")


class KeyReused(Invalid):
    """An Idempotency-Key came back with another request."""

    code = "idempotency_key_reused"
    message = N_("This Idempotency-Key was already used for a different request.")


class IdentityHidden(Conflict):
    """Sound and pictures tell who somebody is; this interview is reviewed blind."""

    code = "identity_hidden"
    message = N_(
        "This interview is reviewed blind. "
        "It can be heard and seen once you have scored it or have decided to know whose it is."
    )


class UtteranceNotFound(NotFound):
    """No utterance of that number."""

    code = "utterance_not_found"
    message = N_("This part of the transcript could not be found.")


class InterviewBegun(Conflict):
    """The candidate has begun, or everything is over: what is asked stays as it was announced."""

    code = "interview_begun"
    message = N_("The interview has begun, so its questions no longer change.")
