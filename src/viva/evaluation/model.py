"""What an evaluation is. Pure.

A level is a word, never a number, and stands only where the candidate's own words stand beside it. What is
not known is said in words: a status with a reason, a criterion with a note. Nothing here decides about a
person; a person does.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from viva.evaluation.evidence import Evidence, Transcript

Level = Literal["strong_no", "no", "mixed", "yes", "strong_yes"]
LEVELS: tuple[Level, ...] = ("strong_no", "no", "mixed", "yes", "strong_yes")
Decision = Literal["advance", "hold", "decline"]
Status = Literal["pending", "ready", "needs_human", "failed"]
Method = Literal["model", "evidence", "none"]
"""Who looked: a language model, the evidence finder (which judges nothing), or nobody."""

Note = Literal[
    "no_evidence",
    "not_shown",
    "unclear_recognition",
    "corrected_beyond_recognition",
    "unfounded_reason",
    "not_judged",
    "nothing_found",
    "withheld",
    "drafts_disagree",
]
"""Why a criterion has no level."""
Reason = Literal[
    "waiting_for_model",
    "stopped",
    "ai_declined",
    "ai_stopped",
    "nothing_said",
    "too_little_said",
    "unclear_recognition",
    "nothing_founded",
    "addresses_the_judge",
    "unusable_answer",
    "model_refused",
    "model_account",
    "model_unavailable",
    "no_structured_output",
    "drafts_disagree",
    "spend_limit",
    "budget_session",
    "budget_position",
    "budget_day",
]
"""Why a status is what it is."""

ANSWER_WEIGHT_MIN = 24
"""In `cleaning.weight`: about five English words or twelve Hangul syllables; less shows nothing."""
WHOLE_WEIGHT_MIN = 80
CONFIDENCE_MIN = 0.5
"""Below this mean recognition confidence the transcript may say what the person did not."""


class RubricCriterion(msgspec.Struct, frozen=True):
    """A criterion as the judge reads it; `anchors` describe the levels, lowest first, and `evidence` says
    what in an answer counts as showing it. `weight`, its share for people, is not told to a model.
    """

    key: str
    title: str
    description: str = ""
    anchors: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    weight: float = 1.0


class CriterionResult(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion: a level with its evidence, or `None` ("not scored") with the note that says why.

    `drafts` holds what each independent draft said, in order; it is empty where there was only one.
    """

    key: str
    title: str
    level: Level | None
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    note: Note | None = None
    quotes_dropped: int = 0
    drafts: tuple[Level | None, ...] = ()


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A strength or a concern, with the words that show it; `drafts`: how many of several made it."""

    kind: Literal["strength", "concern"]
    text: str
    evidence: tuple[Evidence, ...]
    drafts: int = 1


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer, or the whole, shows; `drafts_asked` and `drafts_used` of the independent drafts.

    `suspicious` are the sentences that read like an instruction to the evaluator, for a person to judge.
    """

    status: Status
    reason: Reason | None = None
    method: Method = "none"
    criteria: tuple[CriterionResult, ...] = ()
    claims: tuple[Claim, ...] = ()
    drafts_asked: int = 1
    drafts_used: int = 1
    suspicious: tuple[str, ...] = ()


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """The current draft of a session, for a person to read; it decides nothing. `evaluation_id` names it for
    ever, `rubric_version` the criteria with their weights.
    """

    id: UUID
    session_id: UUID
    evaluation_id: UUID
    findings: Findings
    evaluated_by: str
    prompt_version: str | None
    rubric_version: str | None
    created_at: datetime
    draft: Literal[True] = True


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What a named person thinks. Levels by criterion key; `None` is "not scored"; `blind` says that they did
    not know yet whose interview it is.

    `evaluation_id` is the draft that was current, by `draft_by` under `draft_prompt_version`; `draft_seen`
    says that they had seen a model's draft, and `override_reason` why they then departed from it or from
    their first view.
    """

    id: UUID
    session_id: UUID
    reviewer_id: UUID
    levels: dict[str, Level | None]
    note: str
    decision: Decision | None
    created_at: datetime
    blind: bool = False
    draft_seen: bool
    override_reason: str = ""
    evaluation_id: UUID | None = None
    draft_by: str | None = None
    draft_prompt_version: str | None = None


def without_judgement(reason: Reason) -> Findings:
    """A person scores alone, and reads why."""
    return Findings(status="needs_human", reason=reason)


def legibility(transcript: Transcript, *, weight_min: int) -> Reason | None:
    """Why this is too thin or too garbled to be judged, or None."""
    if not transcript.runs:
        return "nothing_said"
    if transcript.weight < weight_min:
        return "too_little_said"
    confidence = transcript.confidence
    return "unclear_recognition" if confidence is not None and confidence < CONFIDENCE_MIN else None


def concluded(findings: Findings) -> Findings:
    """`ready` stands only if at least one criterion has a level, else a person is needed."""
    if findings.status != "ready" or any(result.level for result in findings.criteria):
        return findings
    disagree = any(result.note == "drafts_disagree" for result in findings.criteria)
    reason: Reason = "drafts_disagree" if disagree else "nothing_founded"
    return msgspec.structs.replace(findings, status="needs_human", reason=reason)


def withheld(findings: Findings, suspicious: tuple[str, ...]) -> Findings:
    """The same evidence without any level or claim: somebody tried to influence the judge."""
    reason: Reason = "addresses_the_judge"
    criteria = tuple(
        msgspec.structs.replace(result, level=None, reason="", note="withheld", drafts=())
        for result in findings.criteria
    )
    return msgspec.structs.replace(
        findings,
        status="needs_human",
        reason=reason,
        criteria=criteria,
        claims=(),
        suspicious=suspicious,
    )
