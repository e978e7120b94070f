"""What can happen to an interview, each as one short unit of work on a locked session."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from viva.audio import SpeechResult
from viva.evaluation import Evaluation
from viva.events import AnswerFinished, InterviewAdvanced, InterviewCompleted
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.errors import Unavailable
from viva.room import director
from viva.room.director import Decision
from viva.room.interview_time import InterviewTimes
from viva.room.untranscribed import SYLLABLE_MS, MissedPart
from viva.sessions import (
    TYPED_ANSWER_MAX,
    Answer,
    EmptyAnswer,
    MissedReason,
    MissedSpans,
    NewUtterance,
    Scribe,
    Session,
    SessionClosed,
    Sessions,
    Utterance,
    without_controls,
)

NOTE_RETRY_S = 1.0
ROUNDS_MAX = 4
"""How often an answer is evaluated while its candidate corrects it; the whole reads the last words anyway."""
Rule = Callable[[Session, tuple[Answer, ...], datetime], Decision]
"""A rule of the director: the locked session, its answers, the present."""


class Interviewing:
    """Applies the director's rules to stored interviews; whatever it returns is committed.

    The present is each interview's own (`times`), which no change of the machine's time of day moves.
    """

    def __init__(self, database: Database, sessions: Sessions, evaluation: Evaluation, clock: Clock) -> None:
        self.times = InterviewTimes(clock)
        self._database = database
        self._sessions = sessions
        self._evaluation = evaluation
        self._clock = clock
        self._missed = MissedSpans()
        self._scribe = Scribe(database)

    async def start_answer(self, session_id: UUID, question_id: UUID) -> Session:
        """Begin the spoken answer to the current question."""
        return await self._apply(session_id, lambda s, _a, now: director.start_answer(s, question_id, now))

    async def finish_answer(
        self, session_id: UUID, question_id: UUID | None = None, follow_up: str | None = None
    ) -> Session:
        """End it; its evaluation is queued in the same transaction. A `follow_up` is asked next."""
        return await self._apply(
            session_id,
            lambda s, answers, now: director.finish_answer(s, answers, now, question_id),
            follow_up,
        )

    async def next_question(self, session_id: UUID, question_id: UUID | None = None) -> Session:
        """Go on without an answer, or with the one under way."""
        return await self._apply(
            session_id, lambda s, answers, now: director.next_question(s, answers, now, question_id)
        )

    async def need_time(self, session_id: UUID) -> Session:
        """One more minute."""
        return await self._apply(session_id, lambda s, _a, now: director.need_time(s, now))

    async def come_back(self, session_id: UUID) -> Session:
        """The candidate's screen is here."""
        return await self._apply(session_id, lambda s, _a, now: director.come_back(s, now))

    async def time_is_up(self, session_id: UUID) -> Session:
        """Finish the answer if its time has run out."""
        return await self._apply(session_id, director.time_is_up)

    async def type_answer(
        self, session_id: UUID, question_id: UUID, text: str, follow_up: str | None = None
    ) -> Session:
        """Take a typed answer: one utterance, and the question is finished. Raises `EmptyAnswer`."""
        cleaned = without_controls(text)[:TYPED_ANSWER_MAX]
        if not cleaned:
            raise EmptyAnswer

        async def write(work: Work) -> Session:
            session = await self._sessions.lock(work, session_id)
            await self._insert(work, session, follow_up)
            answers = await self._sessions.answers(work, session_id)
            now = self.times.now(session_id)
            decision = director.type_answer(session, answers, question_id, now)
            at_ms = session.clock_ms(now)
            typed = NewUtterance(
                question_id=question_id, text=cleaned, start_ms=at_ms, end_ms=at_ms, source="typed"
            )
            await self._sessions.add_utterance(work, session_id, typed)
            return await self._write(work, session, decision)

        return await self._database.run(write)

    async def hear(
        self, session_id: UUID, result: SpeechResult, source: str, question_id: UUID, *, again: bool = False
    ) -> Utterance:
        """Store a final result under the question it belongs to; `again`: an attempt got no answer."""
        new = NewUtterance(
            question_id=question_id,
            text=result.text,
            start_ms=result.start_ms,
            end_ms=result.end_ms,
            confidence=result.confidence,
            words=result.words,
            source=source,
        )

        if not again:
            return await self._scribe.write(session_id, new)
        return await self._database.run(lambda work: self._sessions.add_utterance_once(work, session_id, new))

    async def evaluate_anew(self, session_id: UUID, question_id: UUID) -> None:
        """A finished answer has got words since: they are to be evaluated, too. Nothing if it goes on."""

        async def write(work: Work) -> None:
            session = await self._sessions.lock(work, session_id)
            answers = await self._sessions.answers(work, session_id)
            if _answer_to(answers, question_id).status != "finished":
                return
            await self._evaluation.queue_answer(work, session_id, question_id, again=True)
            if session.status == "completed":
                await self._evaluation.queue_scorecard(work, session_id, again=True)

        await self._database.run(write)

    async def note_missed(self, session_id: UUID, missed: Sequence[MissedPart], engine: str) -> None:
        """Write down what nobody transcribed and queue it, in one transaction; `engine`: who should have.

        Without an engine that is a whole answer, of which an engine may have heard a part before a restart.
        """
        reason: MissedReason = "no_engine" if engine == "off" else "unheard"

        async def write(work: Work) -> None:
            said = await self._sessions.utterances(work, session_id) if engine == "off" else ()
            heard = [(utterance.start_ms, utterance.end_ms) for utterance in said]
            for question_id, span in missed:
                if span.end_ms - span.start_ms >= SYLLABLE_MS:
                    spoken = (span.start_ms, span.end_ms)
                    await self._missed.note(
                        work,
                        session_id,
                        question_id,
                        spoken,
                        reason=reason,
                        now=self._clock.now(),
                        heard=heard,
                    )

        await self._database.run(write)

    async def correct(self, session_id: UUID, seq: int, text: str) -> None:
        """The candidate's own words beside what was heard; a finished answer is evaluated again with them, if
        they are other words, and `ROUNDS_MAX` times at most: each costs a call.

        Raises `SessionClosed` once everything is handed in, `UtteranceNotFound`.
        """

        async def write(work: Work) -> None:
            session = await self._sessions.lock(work, session_id)
            if not session.is_open:
                raise SessionClosed
            before = await self._sessions.utterances(work, session_id, seq - 1, at_most=1)
            await self._sessions.correct(work, session_id, seq, text)
            corrected = (await self._sessions.utterances(work, session_id, seq - 1, at_most=1))[0]
            if _words(before[0]) == _words(corrected):
                return
            for answer in await self._sessions.answers(work, session_id):
                if answer.question_id == corrected.question_id and answer.status == "finished":
                    await self._evaluation.queue_answer(
                        work, session_id, answer.question_id, again=True, at_most=ROUNDS_MAX
                    )

        await self._database.run(write)

    async def note(
        self, session_id: UUID, kind: str, detail: dict[str, object], moment: datetime | None = None
    ) -> None:
        """Write an incident down, on the interview's clock if it runs; of now, or of another `moment`."""
        moment = moment or self.times.now(session_id)

        async def write(work: Work) -> None:
            session = await self._sessions.get(work, session_id)
            at_ms = session.clock_ms(moment) if session.started_at else None
            await self._sessions.note_incident(work, session_id, kind, detail, at_ms)

        await self._database.run(write)

    async def note_when_possible(self, session_id: UUID, kind: str) -> None:
        """The same of now, however long the database is away; for a task that nobody waits for."""
        moment = self.times.now(session_id)
        while True:
            try:
                return await self.note(session_id, kind, {}, moment)
            except Unavailable:
                await asyncio.sleep(NOTE_RETRY_S)

    async def begin_clock(self, session_id: UUID) -> Session:
        """Start the interview's clock, once."""

        async def write(work: Work) -> Session:
            return await self._sessions.begin_clock(work, session_id, self.times.now(session_id))

        return await self._database.run(write)

    async def _insert(self, work: Work, session: Session, follow_up: str | None) -> None:
        """Behind the current question; the director then finds it as the next."""
        if follow_up is not None and session.current_question_id is not None:
            await self._sessions.add_follow_up(work, session.id, session.current_question_id, follow_up)

    async def _apply(self, session_id: UUID, rule: Rule, follow_up: str | None = None) -> Session:

        async def write(work: Work) -> Session:
            session = await self._sessions.lock(work, session_id)
            await self._insert(work, session, follow_up)
            answers = await self._sessions.answers(work, session_id)
            return await self._write(work, session, rule(session, answers, self.times.now(session_id)))

        return await self._database.run(write)

    async def _write(self, work: Work, session: Session, decision: Decision) -> Session:
        if not decision.changes_anything:
            return session
        if decision.question_id is not None:
            await self._sessions.set_answer(work, decision.question_id, **decision.answer)
        changed = await self._sessions.set_progress(work, session.id, **decision.session)
        if decision.finished is not None:
            await self._evaluation.queue_answer(work, session.id, decision.finished)
            work.emit(AnswerFinished(session_id=session.id, question_id=decision.finished))
        if decision.completed:
            await self._evaluation.queue_scorecard(work, session.id)
            work.emit(InterviewCompleted(session_id=session.id))
        work.emit(InterviewAdvanced(session_id=session.id))
        return changed


def _answer_to(answers: Sequence[Answer], question_id: UUID) -> Answer:
    return next(answer for answer in answers if answer.question_id == question_id)


def _words(utterance: Utterance) -> str:
    """What counts of it."""
    return utterance.corrected_text or utterance.text
