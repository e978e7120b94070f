# ruff: noqa: E501 (a sentence is read in one line)
"""What the page of an interview shows of a résumé, in words for staff; a candidate never reads them."""

from typing import Any

from viva.platform.database import Work
from viva.platform.i18n import N_, gettext
from viva.resumes import Resume, Resumes
from viva.sessions import Record

_REASONS = {
    "no_model": N_("No language model is set up, so no questions can be drafted."),
    "model_unavailable": N_("The language model cannot be reached at the moment. It will be asked again until the interview begins."),
    "model_refused": N_("The language model declined to draft questions."),
    "ai_stopped": N_("Calls of the language model were stopped, so nothing more is drafted."),
    "draft_may_not_be_asked": N_("The language model drafted only questions that may not be asked."),
    "budget_session": N_("The budget for the language model in this interview is used up."),
    "budget_position": N_("The position's budget for the language model is used up."),
    "budget_day": N_("Today's budget for the language model is used up."),
    "interview_begun": N_("The interview began before the questions were drafted."),
    "ai_declined": N_("The candidate declined AI, so nothing is drafted from the résumé."),
    "drafts_used_up": N_("As many drafts were made as one interview may have."),
    "forgotten": N_("The résumé's text is no longer kept."),
}  # fmt: skip
_ANY = N_("The language model gave no draft that could be used.")


async def resume_view(work: Work, resumes: Resumes, record: Record) -> dict[str, Any] | None:
    """`admin/_resume.html`; None where the position asks nothing from résumés and none is attached."""
    session = record.session
    kept = await resumes.of(work, session.id)
    wanted = await resumes.wanted(work, session.position_id, session.position_version)
    if kept is None and not wanted.count:
        return None
    drafts = await resumes.drafts(work, session.id) if kept else ()
    return {
        "kept": kept,
        "wanted": kept.wanted if kept else wanted.count,
        "unread": kept.may_ask_unread if kept else wanted.unread,
        "reason": reason_of(kept),
        "drafts": [draft for draft in drafts if draft.decision != "rejected"],
        "open_count": sum(draft.decision == "open" for draft in drafts),
        "may_change": session.may_be_amended,
        "competencies": {criterion.key: criterion.title for criterion in record.criteria},
        "problem": None,
        "problem_draft": None,
        "sent": {},
    }


def reason_of(kept: Resume | None) -> str:
    """Why there are no more drafts, else empty; in the request's language."""
    if kept is None or kept.reason is None:
        return ""
    return gettext(_REASONS.get(kept.reason, _ANY))
