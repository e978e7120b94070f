"""Positions: made, changed by adding a version, found. Every method takes the caller's unit of work."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from viva.platform.database import Work
from viva.questions import store
from viva.questions.bank import Bank, built_in_bank
from viva.questions.errors import (
    AskedTwice,
    MayNotBeAsked,
    NeedsReason,
    NoSuchCompetency,
    PositionChanged,
    PositionNotFound,
    UnreadablePosition,
)
from viva.questions.linting import Finding, lint_position, without_idle_reasons
from viva.questions.model import Position, PositionDraft, balanced
from viva.questions.tables import PositionRow, PositionVersionRow
from viva.questions.titles import cleaned_title

PAGE_MAX = 100
"""Positions on one page of a list."""


class Positions:
    """Keeps positions. What may not be asked or judged is refused when it is written, with the reason; what a
    job can rightly be about is kept with a person's reason."""

    def __init__(self, bank: Bank | None = None) -> None:
        self._bank = bank or built_in_bank()

    async def create(self, work: Work, draft: PositionDraft, *, created_by: UUID | None) -> Position:
        """A new position in its version 1.

        Raises `MayNotBeAsked`, `NeedsReason`, `AskedTwice`, `NoSuchCompetency`, `UnreadablePosition`.
        """
        checked = self._checked(draft)
        row = PositionRow(current_version=1, active=checked.active)
        work.db.add(row)
        await work.db.flush()
        return await self._add_version(work, row, checked, created_by)

    async def update(
        self,
        work: Work,
        position_id: UUID,
        draft: PositionDraft,
        *,
        created_by: UUID | None,
        expected_version: int | None = None,
    ) -> Position:
        """The position's next version; interviews under way keep theirs.

        Raises `PositionNotFound`, `PositionChanged` when the current version is not `expected_version`, and
        what `create` raises.
        """
        checked = self._checked(draft)
        row = await store.lock(work.db, position_id)
        if row is None:
            raise PositionNotFound
        if expected_version not in {None, row.current_version}:
            raise PositionChanged
        row.current_version += 1
        row.active = checked.active
        await work.db.flush()
        return await self._add_version(work, row, checked, created_by)

    async def get(self, work: Work, position_id: UUID, version: int | None = None) -> Position:
        """The current version, or the one named. Raises `PositionNotFound`."""
        position = await store.find(work.db, position_id, version)
        if position is None:
            raise PositionNotFound
        return position

    async def versions(self, work: Work, position_id: UUID) -> tuple[Position, ...]:
        """Every version, the newest first. Raises `PositionNotFound`."""
        found = await store.versions(work.db, position_id)
        if not found:
            raise PositionNotFound
        return found

    async def list(
        self, work: Work, *, only_active: bool = False, before: UUID | None = None, limit: int = 50
    ) -> tuple[Position, ...]:
        """The newest first, in their current versions, at most `PAGE_MAX`."""
        limit = max(1, min(limit, PAGE_MAX))
        return await store.page(work.db, only_active=only_active, before=before, limit=limit)

    async def _add_version(
        self, work: Work, row: PositionRow, draft: PositionDraft, created_by: UUID | None
    ) -> Position:
        version = PositionVersionRow(
            position_id=row.id,
            version=row.current_version,
            title=draft.title,
            language=draft.language,
            description=draft.description,
            questions=msgspec.to_builtins(draft.questions),
            criteria=msgspec.to_builtins(draft.criteria),
            answer_limit_s=draft.answer_limit_s,
            preparation_s=draft.preparation_s,
            follow_up_depth=draft.follow_up_depth,
            resume_questions=draft.resume_questions,
            ask_unseen=draft.ask_unseen,
            show_numbers=draft.show_numbers,
            blind_review=draft.blind_review,
            created_by=created_by,
        )
        work.db.add(version)
        await work.db.flush()
        return await self.get(work, row.id)

    def _checked(self, draft: PositionDraft) -> PositionDraft:
        title = cleaned_title(draft.title)
        keys = [criterion.key for criterion in draft.criteria]
        if not title or len(set(keys)) != len(keys) or not _is_storable(msgspec.to_builtins(draft)):
            raise UnreadablePosition
        self._check_competencies(draft)
        _check_repeats(draft)
        if findings := lint_position(draft):
            refused = any(each.severity == "refused" for found in findings.values() for each in found)
            error = MayNotBeAsked if refused else NeedsReason
            raise error(fields={field: _reasons(found) for field, found in findings.items()})
        draft = without_idle_reasons(draft)
        return msgspec.structs.replace(draft, title=title, criteria=balanced(draft.criteria))

    def _check_competencies(self, draft: PositionDraft) -> None:
        known = {criterion.key for criterion in draft.criteria} or set(self._bank.rubric(draft.language))
        for question in draft.questions:
            if question.competency not in known:
                raise NoSuchCompetency(competency=question.competency)


def _check_repeats(draft: PositionDraft) -> None:
    """A plan tells its questions apart by where they come from, and nobody is asked the same thing twice."""
    seen: set[str] = set()
    for question in draft.questions:
        names = {f"text:{' '.join(question.text.casefold().split())}"}
        names |= {f"source:{question.source_id}"} if question.source_id else set()
        if names & seen:
            raise AskedTwice(question=question.text)
        seen |= names


def _reasons(findings: Iterable[Finding]) -> str:
    return " ".join(dict.fromkeys(finding.reason for finding in findings))


def _is_storable(value: Any) -> bool:
    """Whether PostgreSQL can hold every text in it: no NUL, no lone surrogate."""
    if isinstance(value, dict):
        return all(_is_storable(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return all(_is_storable(inner) for inner in value)
    return not isinstance(value, str) or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
