# ruff: noqa: E501 (a sentence is read in one line)
"""Where an interview's questions come from, in words for staff; a candidate never reads them."""

from viva.platform.i18n import N_, gettext
from viva.sessions import Session

_SOURCES = {
    "bank": N_("From the built-in bank"),
    "model": N_("Drafted by the language model for this position, asked unread"),
    "position": N_("Those of the position, word for word"),
}
_INSTEAD = {
    "model_timeout": N_("The language model took too long to draft questions, so the bank's are asked."),
    "draft_may_not_be_asked": N_("The language model drafted a question that may not be asked, so the bank's are asked."),
    "ai_stopped": N_("Calls of the language model were stopped, so the bank's questions are asked."),
    "budget_position": N_("The position's budget for the language model is used up, so the bank's questions are asked."),
    "budget_day": N_("Today's budget for the language model was used up, so the bank's questions are asked."),
}  # fmt: skip
_ANY = N_("The language model could not draft questions, so the bank's are asked.")


def origin(session: Session) -> dict[str, str]:
    """`source`, and `reason` where the bank stepped in, else empty; in the request's language."""
    why = session.plan_fallback_reason
    reason = gettext(_INSTEAD.get(why, _ANY)) if why else ""
    return {"source": gettext(_SOURCES[session.plan_source]), "reason": reason}
