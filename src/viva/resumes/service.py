"""Résumés of candidates: attached, decided about, forgotten. Every method takes the caller's unit of work."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from viva.evaluation import addresses_the_judge
from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.platform.i18n import gettext
from viva.platform.jobs import ForSession
from viva.questions import (
    MayNotBeAsked,
    NoSuchCompetency,
    PositionNotFound,
    Positions,
    ResumeRefused,
    lint_question,
)
from viva.resumes import store
from viva.resumes.errors import EnoughQuestions, NoResume, NotADraft, ResumeNotAskedFor
from viva.resumes.model import (
    ASKED,
    Decision,
    Edited,
    Resume,
    ResumeQuestion,
    Wanted,
    checkable,
    missing,
    planned,
)
from viva.resumes.protected import masked_resume
from viva.resumes.tables import ResumeRow
from viva.sessions import Amendments, Session, Sessions, cleaned

DRAFT_FROM_RESUME = "draft_from_resume"


class Resumes:
    """Keeps what is needed of a résumé for as long as it is needed. `has_model`: whether anybody drafts."""

    def __init__(self, sessions: Sessions, positions: Positions, clock: Clock, *, has_model: bool) -> None:
        self._sessions = sessions
        self._positions = positions
        self._amendments = Amendments()
        self._clock = clock
        self._has_model = has_model

    async def wanted(self, work: Work, position_id: UUID | None, version: int | None = None) -> Wanted:
        """What this version of the position wants from résumés; nothing where there is no position."""
        if position_id is None:
            return Wanted()
        try:
            position = await self._positions.get(work, position_id, version)
        except PositionNotFound:
            return Wanted()
        return Wanted(position.resume_questions, position.ask_unseen, position.follow_up_depth)

    async def of(self, work: Work, session_id: UUID) -> Resume | None:
        """What is kept; also what an export of the candidate's data holds."""
        return await store.find(work.db, session_id)

    async def drafts(self, work: Work, session_id: UUID) -> tuple[ResumeQuestion, ...]:
        """Every draft and what became of it, in order."""
        return await store.drafts(work.db, session_id)

    async def attach(self, work: Work, session_id: UUID, text: str, *, by: UUID | None) -> Resume:
        """Keep the masked text and have questions drafted from it; an earlier résumé is replaced.

        Raises `SessionNotFound`, `InterviewBegun`, `ResumeNotAskedFor`, and `ResumeRefused` when nothing is
        left to ask about.
        """
        session = await self._amendments.locked(work, session_id)
        wanted = await self.wanted(work, session.position_id, session.position_version)
        if not wanted.count:
            raise ResumeNotAskedFor
        masked = masked_resume(text, name=session.user_name, email=session.email or "")
        if not masked:
            raise ResumeRefused("no_text")
        await store.remove_drafts(work.db, session_id, but_asked=True)
        await store.remove(work.db, session_id)
        row = ResumeRow(
            session_id=session_id,
            text=masked,
            wanted=wanted.count,
            unread_ok=wanted.unread,
            follow_ups=wanted.follow_ups,
            suspicious=addresses_the_judge([masked]),
            progress="drafting",
            attached_by=by,
            attached_at=self._clock.now(),
        )
        work.db.add(row)
        await work.db.flush()
        return await self._queue(work, session_id)

    async def draft_again(self, work: Work, session_id: UUID) -> Resume:
        """Have drafts made for what is missing. Raises `NoResume`, `SessionNotFound`, `InterviewBegun`."""
        await self._amendments.locked(work, session_id)
        await self._kept(work, session_id)
        return await self._queue(work, session_id)

    async def accept(
        self, work: Work, session_id: UUID, draft_id: UUID, edited: Edited, *, by: UUID
    ) -> ResumeQuestion:
        """Ask it in this interview, word for word as `edited`.

        Raises `InterviewBegun`, `NotADraft`, `EnoughQuestions`, `MayNotBeAsked`, `NoSuchCompetency`.
        """
        session, resume, draft = await self._open(work, session_id, draft_id)
        if draft.decision in ASKED:
            raise NotADraft
        edited = msgspec.structs.replace(edited, text=" ".join(cleaned(edited.text).split()))
        known = {criterion.key for criterion in await self._sessions.criteria(work, session_id)}
        if edited.competency not in known:
            raise NoSuchCompetency(competency=edited.competency)
        if findings := lint_question(checkable(edited), session.language):
            reasons = " ".join(dict.fromkeys(gettext(finding.reason) for finding in findings))
            raise MayNotBeAsked(fields={"text": reasons})
        values = msgspec.structs.asdict(edited)
        return await self._ask(work, resume, draft, values, decision="accepted", by=by)

    async def ask_unread(self, work: Work, session_id: UUID, draft_id: UUID) -> None:
        """Ask it as it was drafted, where the position says so; otherwise a person has to."""
        _session, resume, draft = await self._open(work, session_id, draft_id)
        if resume.may_ask_unread and draft.decision == "open":
            await self._ask(work, resume, draft, {}, decision="unread", by=None)

    async def reject(self, work: Work, session_id: UUID, draft_id: UUID, *, by: UUID) -> None:
        """Do not ask it; one that was to be asked is taken back. Raises `InterviewBegun`, `NotADraft`."""
        _session, _resume, draft = await self._open(work, session_id, draft_id)
        if draft.question_id is not None:
            await self._amendments.take_back(work, session_id, draft.question_id)
        await store.change_draft(
            work.db,
            draft.id,
            decision="rejected",
            decided_by=by,
            decided_at=self._clock.now(),
            question_id=None,
        )

    async def remove(self, work: Work, session_id: UUID) -> None:
        """Delete the résumé and its drafts; what is asked from it is taken back unless it was announced.

        Raises `SessionNotFound`.
        """
        session = await self._sessions.lock(work, session_id)
        if session.may_be_amended:
            for draft in await store.drafts(work.db, session_id):
                if draft.question_id is not None:
                    await self._amendments.take_back(work, session_id, draft.question_id)
        await store.remove_drafts(work.db, session_id, but_asked=not session.may_be_amended)
        await store.remove(work.db, session_id)

    async def forget_outlived(self, work: Work) -> int:
        """Delete the texts of interviews that are over, and the drafts that were not asked."""
        over = await store.outlived(work.db)
        for session_id in over:
            await store.remove_drafts(work.db, session_id, but_asked=True)
            await store.change(work.db, session_id, text="")
        return len(over)

    async def _open(
        self, work: Work, session_id: UUID, draft_id: UUID
    ) -> tuple[Session, Resume, ResumeQuestion]:
        session = await self._amendments.locked(work, session_id)
        resume = await self._kept(work, session_id)
        found = [draft for draft in await store.drafts(work.db, session_id) if draft.id == draft_id]
        if not found or found[0].decision == "rejected":
            raise NotADraft
        return session, resume, found[0]

    async def _kept(self, work: Work, session_id: UUID) -> Resume:
        resume = await store.find(work.db, session_id)
        if resume is None:
            raise NoResume
        return resume

    async def _ask(
        self,
        work: Work,
        resume: Resume,
        draft: ResumeQuestion,
        values: dict[str, object],
        *,
        decision: Decision,
        by: UUID | None,
    ) -> ResumeQuestion:
        if _asked(await store.drafts(work.db, draft.session_id)) >= resume.wanted:
            raise EnoughQuestions
        decided = msgspec.structs.replace(
            draft, **values, decision=decision, decided_by=by, decided_at=self._clock.now()
        )
        question = await self._amendments.add(work, draft.session_id, planned(decided, resume.follow_ups))
        decided = msgspec.structs.replace(decided, question_id=question.id)
        await store.change_draft(
            work.db,
            draft.id,
            text=decided.text,
            competency=decided.competency,
            what_good_shows=list(decided.what_good_shows),
            decision=decision,
            decided_by=by,
            decided_at=decided.decided_at,
            question_id=question.id,
        )
        return decided

    async def _queue(self, work: Work, session_id: UUID) -> Resume:
        if not self._has_model:
            await store.change(work.db, session_id, progress="stopped", reason="no_model")
        elif missing((await self._kept(work, session_id)).wanted, await self.drafts(work, session_id)):
            await store.change(work.db, session_id, progress="drafting", reason=None)
            payload = msgspec.json.encode(ForSession(session_id))
            await work.enqueue(DRAFT_FROM_RESUME, payload, dedupe_key=f"{DRAFT_FROM_RESUME}:{session_id}")
        else:
            await store.change(work.db, session_id, progress="drafted", reason=None)
        return await self._kept(work, session_id)


def _asked(drafts: Iterable[ResumeQuestion]) -> int:
    return sum(draft.decision in ASKED for draft in drafts)
