"""The face of evaluation: ask for it and read it. What people say beside it is in `reviewing`."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from viva.evaluation import review_store, store
from viva.evaluation.errors import EvaluationUnderWay, NotReviewableYet
from viva.evaluation.model import Findings, Reason, Review, Scorecard, Status
from viva.evaluation.scoring import queue
from viva.evaluation.store import Standing, Subject, Usage
from viva.platform import budget
from viva.platform.ai_switch import AiSwitch
from viva.platform.budget import NO_LIMITS, Barred, Budgets
from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.questions import FOLLOW_UP, Criterion, PositionNotFound, Positions
from viva.sessions import Answer, Question, Session, Sessions, Utterance

AGAIN_AFTER_S = 30
"""When somebody who asks for a new evaluation too early may ask again."""


class AnswerResult(msgspec.Struct, frozen=True):
    """A question, what was said to it, and what that shows; `findings` is None while it is pending."""

    question: Question
    answer: Answer
    said: tuple[Utterance, ...]
    findings: Findings | None


class Results(msgspec.Struct, frozen=True):
    """Everything there is about one session; whoever shows it leaves out what is not for the reader.

    `numbers` says that the position wants them beside the levels' words, `waiting` why a pending scorecard
    is not there yet, where that is known, `not_followed` the budgets for want of which no follow-up question
    was asked. `criteria` are the rubric with its weights. `draft_hidden` says that something a model judged
    is left out for this reader; `hidden_card` is then what may be said of the draft, see `visibility`.
    """

    status: Status
    waiting: Reason | None
    answers: tuple[AnswerResult, ...]
    scorecard: Scorecard | None
    reviews: tuple[Review, ...]
    usage: Usage
    numbers: bool
    budgets: tuple[budget.Standing, ...]
    not_followed: tuple[Barred, ...]
    criteria: tuple[Criterion, ...]
    position_version: int | None
    ai_stopped: bool
    draft_hidden: bool = False
    hidden_card: Scorecard | None = None


class Evaluation:
    """Every method takes the caller's unit of work and commits nothing."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        budgets: Budgets = NO_LIMITS,
        switch: AiSwitch | None = None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._budgets = budgets
        self._switch = switch or AiSwitch()
        self._positions = Positions()

    async def queue_answer(
        self, work: Work, session_id: UUID, question_id: UUID, *, again: bool = False, at_most: int = 0
    ) -> None:
        """Have this answer evaluated soon; once, unless `again` after it was settled: it has new words.

        Not for more than `at_most` rounds, where that is given: who may ask without end must not spend so.
        """
        settled = await store.rounds_settled(work.db, session_id, question_id) if again else 0
        if at_most and settled >= at_most:
            return
        await queue(work, Subject(session_id, question_id, settled))

    async def queue_scorecard(self, work: Work, session_id: UUID, *, again: bool = False) -> None:
        """Have the whole drafted soon; once, unless it is to be drafted `again` after it was settled."""
        settled = await store.rounds_settled(work.db, session_id, None) if again else 0
        await queue(work, Subject(session_id, None, settled))

    async def evaluate_again(self, work: Work, session_id: UUID) -> None:
        """Have the whole drafted anew, and with it the answers whose evaluation failed; what stopped goes on.

        Raises `AiStopped`, `NotReviewableYet` before the interview's end and `EvaluationUnderWay` while one
        goes on, so that asking five hundred times is asking once (S34).
        """
        await self._switch.require_running(work)
        session = await self._sessions.lock(work, session_id)
        if session.status != "completed":
            raise NotReviewableYet
        if await store.is_queued(work.db, session_id):
            raise EvaluationUnderWay(retry_after_s=AGAIN_AFTER_S)
        for question_id, findings in (await store.answer_findings(work.db, session_id)).items():
            if findings.status == "failed" or findings.reason == "ai_stopped":
                await self.queue_answer(work, session_id, question_id, again=True)
        answers = await self._sessions.answers(work, session_id)
        if not await store.release_held(work.db, session_id, (answer.question_id for answer in answers)):
            await self.queue_scorecard(work, session_id, again=True)

    async def spent_today(self, work: Work) -> budget.Standing:
        """The day's budget as it stands."""
        return await budget.day(work.db, self._budgets, self._clock.now())

    async def scorecard(self, work: Work, session_id: UUID) -> Scorecard | None:
        """The current draft, or None while it is pending."""
        return await store.scorecard(work.db, session_id)

    async def results(self, work: Work, session_id: UUID) -> Results:
        """Everything there is. Raises `SessionNotFound`."""
        record = await self._sessions.record(work, session_id)
        # Looked up before the scorecard: a job goes only after its scorecard is there.
        goes_on = record.session.status != "completed" or await store.is_queued(work.db, session_id)
        findings = await store.answer_findings(work.db, session_id)
        scorecard = await store.scorecard(work.db, session_id)
        answers = {answer.question_id: answer for answer in record.answers}
        now, account = self._clock.now(), record.session.account
        return Results(
            status=scorecard.findings.status if scorecard else "pending",
            waiting=None if scorecard else await self._waiting(work, session_id, goes_on=goes_on),
            answers=tuple(
                AnswerResult(
                    question=question,
                    answer=answers[question.id],
                    said=tuple(
                        utterance
                        for utterance in record.utterances
                        if utterance.question_id == question.id and utterance.speaker == "candidate"
                    ),
                    findings=findings.get(question.id),
                )
                for question in record.questions
                if question.id in answers
            ),
            scorecard=scorecard,
            reviews=await review_store.reviews(work.db, session_id),
            usage=await store.usage(work.db, session_id),
            numbers=await self._shows_numbers(work, record.session),
            budgets=tuple(await budget.standings(work.db, self._budgets, account, now)),
            not_followed=await budget.refusals(work.db, session_id, FOLLOW_UP),
            criteria=record.criteria,
            position_version=record.session.position_version,
            ai_stopped=await self._switch.is_stopped(work),
        )

    async def _shows_numbers(self, work: Work, session: Session) -> bool:
        """Whether the version of the position that the interview began with wants them."""
        if session.position_id is None:
            return False
        try:
            position = await self._positions.get(work, session.position_id, session.position_version)
        except PositionNotFound:
            return False
        return position.show_numbers

    async def _waiting(self, work: Work, session_id: UUID, *, goes_on: bool) -> Reason | None:
        reason = await store.waiting_reason(work.db, session_id)
        if not goes_on and (reason is None or await store.is_held(work.db, session_id)):
            return "stopped"
        if reason is None:
            return None
        return "budget_day" if reason == store.BUDGET_DAY else "waiting_for_model"

    async def standings(self, work: Work, session_ids: Sequence[UUID]) -> dict[UUID, Standing]:
        """How far each session's evaluation is, for lists; a session without anything is left out."""
        return await store.standings(work.db, session_ids)
