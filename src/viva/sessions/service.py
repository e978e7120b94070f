"""The interview record's service. Every method takes the caller's unit of work and commits nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from viva.auth import CandidatePrincipal, Principal, UserPrincipal
from viva.events import ConsentGiven, SessionCreated, UtteranceCorrected, UtteranceHeard
from viva.platform.database import Work
from viva.questions import Criterion, InterviewPlan
from viva.sessions import store, veil_store
from viva.sessions.cleaning import without_controls
from viva.sessions.errors import (
    IdentityHidden,
    NameAndPositionRequired,
    SessionClosed,
    SessionNotFound,
    UtteranceNotFound,
)
from viva.sessions.model import (
    NAME_MAX,
    OPEN_STATUSES,
    POSITION_MAX,
    TYPED_ANSWER_MAX,
    Answer,
    Incident,
    NewSession,
    NewUtterance,
    Question,
    Record,
    Session,
    Unveiling,
    Utterance,
)
from viva.sessions.tables import AnswerRow, IncidentRow, QuestionRow, SessionRow
from viva.sessions.veil import Veil, veil_over

INCIDENTS_MAX = 500
"""Incidents kept per interview: enough for any real one, and a bound on what a client can store."""
MUTE_MARKS = ("muted", "unmuted")


class Sessions:
    """Makes, finds and changes interviews."""

    async def create(
        self,
        work: Work,
        new: NewSession,
        plan: InterviewPlan,
        *,
        expires_at: datetime,
        created_by: UUID | None,
    ) -> Session:
        """Store the session with the plan's questions and rubric as they are now."""
        row = SessionRow(
            **_checked_names(new),
            language=plan.language,
            position_id=new.position_id,
            position_version=plan.position_version,
            created_by=created_by,
            expires_at=expires_at,
            answer_limit_s=plan.answer_limit_s,
            preparation_s=plan.preparation_s,
            key_terms=list(plan.key_terms),
            criteria=msgspec.to_builtins(plan.criteria),
            plan_source=plan.source,
            plan_fallback_reason=plan.fallback_reason,
            blind_review=plan.blind_review,
        )
        work.db.add(row)
        await work.db.flush()
        questions = [
            QuestionRow(
                session_id=row.id,
                order=number,
                text=planned.text,
                competency=planned.competency,
                what_good_shows=list(planned.what_good_shows),
                source_id=planned.id,
                follow_ups=planned.follow_ups,
            )
            for number, planned in enumerate(plan.questions, start=1)
        ]
        work.db.add_all(questions)
        await work.db.flush()
        work.db.add_all(AnswerRow(question_id=q.id, session_id=row.id) for q in questions)
        session = await store.change(work.db, row.id, current_question_id=questions[0].id)
        work.emit(SessionCreated(session_id=session.id))
        return session

    async def get(self, work: Work, session_id: UUID) -> Session:
        """Raises `SessionNotFound`."""
        session = await store.find(work.db, session_id)
        if session is None:
            raise SessionNotFound
        return session

    async def lock(self, work: Work, session_id: UUID) -> Session:
        """As `get`, and nobody else changes the session until this unit of work ends."""
        session = await store.find(work.db, session_id, lock=True)
        if session is None:
            raise SessionNotFound
        return session

    async def visible(
        self, work: Work, session_id: UUID, principal: Principal, *, candidate_ok: bool = False
    ) -> Session:
        """The session, if it is this principal's to see; else `SessionNotFound`, as if it were not there."""
        session = await self.get(work, session_id)
        if not await self._is_visible(work, session, principal, candidate_ok=candidate_ok):
            raise SessionNotFound
        return session

    async def _is_visible(
        self, work: Work, session: Session, principal: Principal, *, candidate_ok: bool
    ) -> bool:
        if isinstance(principal, CandidatePrincipal):
            return candidate_ok and principal.session_id == session.id
        if principal.role == "admin":
            return True
        if isinstance(principal, UserPrincipal):
            return await store.is_reviewer(work.db, session.id, principal.user_id)
        return False

    async def page(
        self,
        work: Work,
        principal: Principal,
        *,
        status: str | None = None,
        text: str | None = None,
        before: UUID | None = None,
        limit: int = 50,
    ) -> list[Session]:
        """The newest sessions first that this principal may see, each as far as they may know it."""
        query, reader = store.visible(_only_of(principal)), _reviewer(principal)
        found = await store.page(
            work.db, query, status=status, text=text, before=before, limit=limit, reader=reader
        )
        hidden = await veil_store.hidden(work.db, [session.id for session in found], reader)
        return [veil_over(one).session(one) if one.id in hidden else one for one in found]

    async def veil(self, work: Work, session: Session, principal: Principal) -> Veil:
        """What lies over this session for this reader: people review blind, where the position wants it."""
        hidden = await veil_store.hidden(work.db, [session.id], _reviewer(principal))
        return veil_over(session) if hidden else Veil()

    async def open_to(self, work: Work, session_id: UUID, principal: Principal) -> Session:
        """As `visible`, for what tells who it is. Raises `IdentityHidden` as long as that is hidden."""
        session = await self.visible(work, session_id, principal, candidate_ok=True)
        if (await self.veil(work, session, principal)).hides:
            raise IdentityHidden
        return session

    async def unveil(
        self, work: Work, session_id: UUID, user_id: UUID, now: datetime, *, scored: bool
    ) -> bool:
        """From now on this person knows who it is; False if nothing was hidden from them any more."""
        if not await veil_store.hidden(work.db, [session_id], user_id):
            return False
        return await veil_store.add(work.db, session_id, user_id, now, scored=scored)

    async def unveilings(self, work: Work, session_id: UUID) -> tuple[Unveiling, ...]:
        """Who got to know it when, oldest first."""
        return await veil_store.unveilings(work.db, session_id)

    async def status_counts(self, work: Work, principal: Principal) -> dict[str, int]:
        """How many of the sessions that this principal may see are in each status."""
        return await store.status_counts(work.db, store.visible(_only_of(principal)))

    async def assign(self, work: Work, session_id: UUID, user_id: UUID) -> None:
        """Let a reviewer see this session."""
        await store.add_reviewer(work.db, session_id, user_id)

    async def questions(self, work: Work, session_id: UUID) -> tuple[Question, ...]:
        """In the order in which they are asked."""
        return await store.questions(work.db, session_id)

    async def answers(self, work: Work, session_id: UUID) -> tuple[Answer, ...]:
        """One for each question."""
        return await store.answers(work.db, session_id)

    async def add_follow_up(self, work: Work, session_id: UUID, follows_id: UUID, text: str) -> Question:
        """One more question right behind `follows_id`, for what that one is meant to show."""
        return await store.add_follow_up(work.db, session_id, follows_id, text)

    async def utterances(
        self, work: Work, session_id: UUID, after_seq: int = 0, at_most: int | None = None
    ) -> tuple[Utterance, ...]:
        """What was said after number `after_seq`; the first of it if there is more than `at_most`."""
        return await store.utterances(work.db, session_id, after_seq, at_most)

    async def transcript(self, work: Work, session_id: UUID) -> tuple[Utterance, ...]:
        """Everything said, in the order in which it was said; words found afterwards stand in their place."""
        said = await store.utterances(work.db, session_id)
        return tuple(sorted(said, key=lambda utterance: (utterance.start_ms, utterance.seq)))

    async def criteria(self, work: Work, session_id: UUID) -> tuple[Criterion, ...]:
        """The rubric that the session began with."""
        return await store.criteria(work.db, session_id)

    async def incidents(self, work: Work, session_id: UUID) -> tuple[Incident, ...]:
        """What got in the way, oldest first."""
        return await store.incidents(work.db, session_id)

    async def is_muted(self, work: Work, session_id: UUID) -> bool:
        """Whether the candidate had muted the microphone when that was last written down."""
        return await store.last_incident(work.db, session_id, MUTE_MARKS) == "muted"

    async def record(self, work: Work, session_id: UUID) -> Record:
        """Everything at once, for whoever evaluates or shows the whole."""
        return Record(
            session=await self.get(work, session_id),
            questions=await self.questions(work, session_id),
            answers=await self.answers(work, session_id),
            utterances=await self.transcript(work, session_id),
            criteria=await self.criteria(work, session_id),
        )

    async def decide_consent(
        self, work: Work, session_id: UUID, *, recording: bool, ai_evaluation: bool
    ) -> Session:
        """Take down what the candidate decided; the ledger in `privacy` keeps the history."""
        session = await self.lock(work, session_id)
        if not session.is_open:
            raise SessionClosed
        status = "consented" if session.status == "created" else session.status
        changed = await store.change(
            work.db, session_id, recording_consent=recording, ai_consent=ai_evaluation, status=status
        )
        work.emit(ConsentGiven(session_id=session_id))
        return changed

    async def furthest_ms(self, work: Work, session_id: UUID) -> int:
        """The last moment on the interview's clock of which anything is stored; 0 if nothing is."""
        return await store.furthest_ms(work.db, session_id)

    async def begin_clock(self, work: Work, session_id: UUID, now: datetime) -> Session:
        """Start the interview's clock, once; later calls change nothing."""
        session = await self.lock(work, session_id)
        if session.started_at is not None:
            return session
        return await store.change(work.db, session_id, started_at=now)

    async def set_progress(self, work: Work, session_id: UUID, **values: object) -> Session:
        """Write what the director decided about the session."""
        return await store.change(work.db, session_id, **values)

    async def set_answer(self, work: Work, question_id: UUID, **values: object) -> None:
        """Write what the director decided about one answer."""
        await store.change_answer(work.db, question_id, **values)

    async def add_utterance(self, work: Work, session_id: UUID, new: NewUtterance) -> Utterance:
        """Store a final result under the next number and tell the bus."""
        utterance = await store.add_utterance(work.db, session_id, new)
        work.emit(UtteranceHeard(session_id=session_id, seq=utterance.seq))
        return utterance

    async def add_utterance_once(self, work: Work, session_id: UUID, new: NewUtterance) -> Utterance:
        """As `add_utterance`, when an earlier attempt may have succeeded without anybody hearing of it.

        The lock waits for that attempt's end, so nothing is stored twice (F02).
        """
        await self.lock(work, session_id)
        stored = await store.find_same(work.db, session_id, new)
        return stored or await self.add_utterance(work, session_id, new)

    async def correct(self, work: Work, session_id: UUID, seq: int, text: str) -> None:
        """Put the candidate's correction beside what was heard. Raises `UtteranceNotFound`."""
        corrected = without_controls(text)[:TYPED_ANSWER_MAX]
        if not await store.correct(work.db, session_id, seq, corrected):
            raise UtteranceNotFound
        work.emit(UtteranceCorrected(session_id=session_id, seq=seq))

    async def note_incident(
        self, work: Work, session_id: UUID, kind: str, detail: dict[str, object], at_ms: int | None
    ) -> None:
        """Write down what got in the way, up to `INCIDENTS_MAX` of them.

        Beyond that a mute mark takes the place of the last one: an interview that is opened again goes by it.
        """
        if await store.incident_count(work.db, session_id) >= INCIDENTS_MAX:
            if kind not in MUTE_MARKS:
                return
            await store.drop_last_incident(work.db, session_id, MUTE_MARKS)
        work.db.add(IncidentRow(session_id=session_id, kind=kind, detail=detail, at_ms=at_ms))
        await work.db.flush()

    async def expire_overdue(self, work: Work, now: datetime) -> Sequence[UUID]:
        """Close the interviews whose deadline has passed and that nobody is in."""
        expired = await store.overdue(work.db, now, sorted(OPEN_STATUSES - {"in_progress"}))
        for session_id in expired:
            await store.change(work.db, session_id, status="expired")
        return expired


def _checked_names(new: NewSession) -> dict[str, str | None]:
    name, position = without_controls(new.user_name), without_controls(new.position)
    if not name or not position:
        missing = {"user_name": not name, "position": not position}
        raise NameAndPositionRequired(missing=[field for field, empty in missing.items() if empty])
    email = without_controls(new.email or "") or None
    return {"user_name": name[:NAME_MAX], "position": position[:POSITION_MAX], "email": email}


def _reviewer(principal: Principal) -> UUID | None:
    """The person who could be led by a name; programs and candidates are not."""
    return principal.user_id if isinstance(principal, UserPrincipal) else None


def _only_of(principal: Principal) -> UUID | None:
    if isinstance(principal, UserPrincipal) and principal.role != "admin":
        return principal.user_id
    return None
