"""Who sees a draft before they have scored (C07): one rule for pages and API alike. Pure.

A person sees no model's draft, no evaluation of an answer by a model and no other person's review before
their own view is in. Pages hold it for everybody, the API for reviewers: admins and API keys may read the
draft there, marked as one. What the evidence finder quotes judges nothing and is not hidden.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

import msgspec

from viva.evaluation.model import Findings, Level, Review, Scorecard
from viva.evaluation.service import AnswerResult, Results


def missing(levels: Mapping[str, Level | None], keys: Iterable[str]) -> list[str]:
    """The criteria of which a view says nothing, neither a level nor that it is not scored."""
    return [key for key in keys if key not in levels]


def views_of(reviews: Iterable[Review], reader: UUID, keys: Collection[str]) -> list[Review]:
    """What this person has said that counts as a view of their own: something about every criterion."""
    return [one for one in reviews if one.reviewer_id == reader and not missing(one.levels, keys)]


def shows_draft(results: Results) -> bool:
    """Whether something in these results is a model's judgement."""
    card = results.scorecard
    return bool(card and _judges(card.findings)) or any(
        one.findings and _judges(one.findings) for one in results.answers
    )


def seen_by(results: Results, reader: UUID) -> Results:
    """What this person may see by the rule: all of it once their own view is in."""
    keys = [criterion.key for criterion in results.criteria]
    if views_of(results.reviews, reader, keys):
        return results
    card = results.scorecard
    hidden = card if card and _judges(card.findings) else None
    return msgspec.structs.replace(
        results,
        answers=tuple(map(_unjudged, results.answers)),
        scorecard=None if hidden else card,
        reviews=tuple(one for one in results.reviews if one.reviewer_id == reader),
        draft_hidden=shows_draft(results),
        hidden_card=_bare(hidden) if hidden else None,
    )


def _judges(findings: Findings) -> bool:
    return findings.method == "model"


def _unjudged(one: AnswerResult) -> AnswerResult:
    judged = one.findings is not None and _judges(one.findings)
    return msgspec.structs.replace(one, findings=None) if judged else one


def _bare(card: Scorecard) -> Scorecard:
    """That there is a draft and how it came about, without anything that it says, its reason included."""
    found = card.findings
    empty = Findings(
        status=found.status, method="model", drafts_asked=found.drafts_asked, drafts_used=found.drafts_used
    )
    return msgspec.structs.replace(card, findings=empty)
