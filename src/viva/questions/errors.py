"""What can go wrong with positions."""

from viva.platform.errors import Conflict, Invalid, NotFound


class PositionNotFound(NotFound):
    """There is no such position."""

    code = "position_not_found"
    message = "This position could not be found."


class PositionClosed(Conflict):
    """The position takes no new interviews."""

    code = "position_closed"
    message = "This position is closed to new interviews."


class PositionChanged(Conflict):
    """Somebody saved another version in the meantime."""

    code = "position_changed"
    message = "Somebody else changed this position in the meantime. Please look at the newest version first."


class MayNotBeAsked(Invalid):
    """A question or criterion asks or judges what it may not; `params["fields"]` maps field to reason."""

    code = "may_not_be_asked"
    message = "Some questions or criteria may not be used in an interview."


class NeedsReason(Invalid):
    """Words that a job can rightly be about stand there, and nobody has said in `kept_because` why they do;
    `params["fields"]` maps field to reason."""

    code = "needs_reason"
    message = (
        "Some questions or criteria touch what may not be asked of a candidate. "
        "Where they are about the work, please say why they are kept."
    )


class NoSuchCompetency(Invalid):
    """A question names a competency that no criterion describes."""

    code = "no_such_competency"
    message = "A question names a competency that no criterion describes: {competency}"


class AskedTwice(Invalid):
    """The same question, by its words or its place in the bank, stands in the position twice."""

    code = "asked_twice"
    message = "This question stands there twice: {question}"


class UnreadablePosition(Invalid):
    """The title is blank, criteria repeat a key, or a text holds what cannot be stored."""

    code = "unreadable_position"
    message = "Please give the position a title, and each criterion a key of its own."


class UnreadableBankFile(Invalid):
    """The file is no question bank; `detail` says what is in the way."""

    code = "unreadable_bank_file"
    message = "This file is not a question bank in JSON or CSV: {detail}"


class BankQuestionNotFound(NotFound):
    """There is no such question in the bank."""

    code = "bank_question_not_found"
    message = "This question is not in the bank."
