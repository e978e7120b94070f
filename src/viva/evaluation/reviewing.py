"""A person's own view beside the draft: who sees what, what counts as a view, what is kept of it."""

from collections.abc import Mapping
from uuid import UUID

from viva.auth import Principal, UserPrincipal
from viva.evaluation import review_store, store
from viva.evaluation.errors import (
    NotReviewableYet,
    OverrideReasonRequired,
    ReviewIncomplete,
    UnknownCriterion,
)
from viva.evaluation.model import Decision, Level, Review, Scorecard
from viva.evaluation.overriding import Differing, drafted_levels, overridden
from viva.evaluation.service import Results
from viva.evaluation.visibility import missing, seen_by, shows_draft, views_of
from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.platform.ids import uuid7
from viva.sessions import Sessions, cleaned

NOTE_MAX = 4000
REASON_MAX = 2000


class Reviewing:
    """Every method takes the caller's unit of work and commits nothing."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def shown_to(
        self, work: Work, session_id: UUID, results: Results, reader: Principal, *, on_page: bool
    ) -> Results:
        """What of these results this reader may see; a person who is shown a model's draft is noted.

        The rule is in `visibility`. Call it for staff only.
        """
        if not isinstance(reader, UserPrincipal):
            return results
        if on_page or reader.role != "admin":
            results = seen_by(results, reader.user_id)
        if shows_draft(results):
            await review_store.note_draft_shown(work.db, session_id, reader.user_id, self._clock.now())
        return results

    def views_of(self, results: Results, reader: UUID) -> list[Review]:
        """This person's own views that count, oldest first."""
        return views_of(results.reviews, reader, [criterion.key for criterion in results.criteria])

    async def has_seen_draft(self, work: Work, session_id: UUID, reader: UUID) -> bool:
        """Whether this person was shown a model's draft of the interview, here or by API."""
        return await review_store.was_draft_shown(work.db, session_id, reader)

    async def submit(
        self,
        work: Work,
        reviewer_id: UUID,
        session_id: UUID,
        *,
        levels: Mapping[str, Level | None],
        note: str = "",
        decision: Decision | None = None,
        override_reason: str = "",
    ) -> Review:
        """Put down what a named person thinks; from then on they know whose interview it is, and its draft.

        Raises `NotReviewableYet`, `UnknownCriterion`, `ReviewIncomplete`, and `OverrideReasonRequired` where
        somebody who has seen the draft departs from it or from their first view without saying why.
        """
        session = await self._sessions.get(work, session_id)
        if session.status != "completed":
            raise NotReviewableYet
        await self._check(work, session_id, levels)
        now = self._clock.now()
        draft = await store.scorecard(work.db, session_id)
        seen = await self.has_seen_draft(work, session_id, reviewer_id)
        reason = cleaned(override_reason).strip()[:REASON_MAX]
        if seen and not reason:
            await self._require_no_override(work, reviewer_id, session_id, levels, decision, draft)
        review = Review(
            id=uuid7(),
            session_id=session_id,
            reviewer_id=reviewer_id,
            levels=dict(levels),
            note=cleaned(note)[:NOTE_MAX],
            decision=decision,
            created_at=now,
            blind=await self._sessions.unveil(work, session_id, reviewer_id, now, scored=True),
            draft_seen=seen,
            override_reason=reason,
            evaluation_id=draft.evaluation_id if draft else None,
            draft_by=draft.evaluated_by if draft else None,
            draft_prompt_version=draft.prompt_version if draft else None,
        )
        await review_store.add(work.db, review)
        return review

    async def _check(self, work: Work, session_id: UUID, levels: Mapping[str, Level | None]) -> None:
        """A view says something about each criterion of this session and about no other."""
        titles = {one.key: one.title for one in await self._sessions.criteria(work, session_id)}
        for key in levels.keys() - titles.keys():
            raise UnknownCriterion(key=key[:80])
        keys = missing(levels, titles)
        if keys:
            raise ReviewIncomplete(keys=keys, missing=", ".join(titles[key] for key in keys))

    async def _require_no_override(
        self,
        work: Work,
        reviewer_id: UUID,
        session_id: UUID,
        levels: Mapping[str, Level | None],
        decision: Decision | None,
        draft: Scorecard | None,
    ) -> None:
        drafted = drafted_levels(draft.findings.criteria) if draft else {}
        earlier = views_of(await review_store.reviews(work.db, session_id), reviewer_id, levels.keys())
        found = overridden(levels, decision, drafted=drafted, earlier=earlier)
        if found.needs_reason:
            raise OverrideReasonRequired(keys=list(found.keys), decision=found.decision)

    async def differing(self, work: Work) -> tuple[Differing, ...]:
        """The override rate, by model and version of the instructions; empty where nothing is known yet."""
        return await review_store.differing(work.db)
