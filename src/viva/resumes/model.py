"""A résumé and the questions drafted from it, as values. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from viva.questions import FROM_RESUME, Key, PlannedQuestion, Points, PositionQuestion, QuestionText

Progress = Literal["drafting", "drafted", "stopped"]
"""`drafting`: a job is at it or waits; `drafted`: what could be drafted is there; `stopped`: see reason."""
Decision = Literal["open", "accepted", "rejected", "unread"]
"""`unread`: asked without a person, because the position says so."""
ASKED: frozenset[Decision] = frozenset({"accepted", "unread"})
DRAFTS_MAX = 9
"""Drafts for one interview, rejected ones counted: whoever rejects nine wants to write the question."""


class Wanted(msgspec.Struct, frozen=True):
    """What the version of the position that the interview began with says about résumés."""

    count: int = 0
    unread: bool = False
    follow_ups: Literal[0, 1, 2] = 0


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a résumé. `text` is masked, and empty once it is forgotten.

    `wanted`, `unread_ok` and `follow_ups` stand as the position's version had them. `suspicious`: something
    in it speaks to a machine, so a person reads the drafts whatever the position says.
    """

    session_id: UUID
    text: str
    wanted: int
    unread_ok: bool
    follow_ups: Literal[0, 1, 2]
    suspicious: bool
    progress: Progress
    reason: str | None
    attached_at: datetime

    @property
    def may_ask_unread(self) -> bool:
        """Whether drafts are asked without a person."""
        return self.unread_ok and not self.suspicious


class ResumeQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A draft and what became of it. `drafted_text` stays as the model wrote it; `text` is what is asked."""

    id: UUID
    session_id: UUID
    number: int
    text: str
    drafted_text: str
    competency: str
    what_good_shows: tuple[str, ...]
    key_terms: tuple[str, ...]
    decision: Decision
    decided_by: UUID | None
    decided_at: datetime | None
    question_id: UUID | None


class Edited(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft as a person wants it asked."""

    text: QuestionText
    competency: Key
    what_good_shows: Points = ()


def missing(wanted: int, drafts: Sequence[ResumeQuestion]) -> int:
    """How many more drafts there should be."""
    alive = sum(draft.decision != "rejected" for draft in drafts)
    return max(0, min(wanted - alive, DRAFTS_MAX - len(drafts)))


def planned(draft: ResumeQuestion, follow_ups: Literal[0, 1, 2]) -> PlannedQuestion:
    """The draft as it goes into the interview."""
    return PlannedQuestion(
        id=f"{FROM_RESUME}{draft.number}",
        order=draft.number,
        text=draft.text,
        competency=draft.competency,
        what_good_shows=draft.what_good_shows,
        key_terms=draft.key_terms,
        follow_ups=follow_ups,
    )


def checkable(edited: Edited) -> PositionQuestion:
    """The same for the linter."""
    return PositionQuestion(
        text=edited.text, competency=edited.competency, what_good_shows=edited.what_good_shows
    )
