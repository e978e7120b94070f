"""The director: whose turn it is, which question, which clock. A pure state machine.

Each function takes the session as it stands (its row locked by the caller) and the present, and gives the
`Decision` to write. What is not allowed raises the error that says so and decides nothing. The present may
lie before the past, where the machine's time of day was set back (F25).

    created ──consent──▶ consented ──first answer──▶ in_progress ──last answer──▶ completed
"""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from viva.sessions import (
    Answer,
    ConsentRequired,
    NoMoreTime,
    NotAnswering,
    Question,
    Session,
    SessionClosed,
    WrongQuestion,
)

EXTENSION = timedelta(seconds=60)
"""What "I need more time" adds."""
EXTENSIONS_MAX = 3
GRACE_ON_RETURN = timedelta(seconds=60)
"""Whoever comes back after a drop has at least this long left: an outage costs the candidate nothing."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to write: columns of the session, columns of one answer, and what it means."""

    session: dict[str, Any] = msgspec.field(default_factory=dict)
    question_id: UUID | None = None
    answer: dict[str, Any] = msgspec.field(default_factory=dict)
    finished: UUID | None = None
    completed: bool = False

    @property
    def changes_anything(self) -> bool:
        """Whether there is something to write."""
        return bool(self.session or self.answer)


NOTHING = Decision()


def start_answer(session: Session, question_id: UUID, now: datetime) -> Decision:
    """Begin a spoken answer. Starting what has already started changes nothing."""
    require_recording(session)
    _require_current(session, question_id)
    if session.answering_since is not None:
        return NOTHING
    started_at = session.started_at or now
    clock_ms = round((now - started_at).total_seconds() * 1000)
    return Decision(
        session={
            "status": "in_progress",
            "started_at": started_at,
            "answering_since": now,
            "answer_deadline": now + timedelta(seconds=session.answer_limit_s),
            "extensions": 0,
        },
        question_id=question_id,
        answer={"status": "answering", "kind": "spoken", "start_ms": clock_ms},
    )


def require_recording(session: Session) -> None:
    """Raise what forbids to receive and keep the candidate's sound."""
    _require_open(session)
    if session.recording_consent is not True:
        raise ConsentRequired


def finish_answer(
    session: Session, answers: tuple[Answer, ...], now: datetime, question_id: UUID | None = None
) -> Decision:
    """End the spoken answer that is under way and go to the next question, or to the end.

    Whoever names the question cannot end another one by a second click.
    """
    _require_open(session)
    if question_id is not None:
        _require_current(session, question_id)
    if session.answering_since is None or session.current_question_id is None:
        raise NotAnswering
    began_ms = _answer(answers, session.current_question_id).start_ms or 0
    changes = {"status": "finished", "end_ms": max(began_ms, session.clock_ms(now))}
    return _advance(session, answers, now, changes, counts_as_answer=True)


def type_answer(session: Session, answers: tuple[Answer, ...], question_id: UUID, now: datetime) -> Decision:
    """Take a typed answer for the current question; it ends the question as `finish_answer` does."""
    _require_open(session)
    if session.recording_consent is None:
        raise ConsentRequired
    _require_current(session, question_id)
    clock_ms = session.clock_ms(now)
    current = _answer(answers, question_id)
    start_ms = current.start_ms if current.start_ms is not None else clock_ms
    changes = {"status": "finished", "kind": "typed", "start_ms": start_ms, "end_ms": max(start_ms, clock_ms)}
    return _advance(session, answers, now, changes, counts_as_answer=True)


def next_question(
    session: Session, answers: tuple[Answer, ...], now: datetime, question_id: UUID | None = None
) -> Decision:
    """Go on: an answer under way is finished, a question without one is skipped.

    Whoever names the question cannot skip two by a second click.
    """
    _require_open(session)
    if question_id is not None:
        _require_current(session, question_id)
    if session.recording_consent is None:
        raise ConsentRequired
    if session.answering_since is not None:
        return finish_answer(session, answers, now)
    return _advance(session, answers, now, {"status": "skipped"}, counts_as_answer=False)


def need_time(session: Session, now: datetime) -> Decision:
    """Give the answer under way another minute, up to `EXTENSIONS_MAX` times."""
    _require_open(session)
    if session.answering_since is None:
        raise NotAnswering
    if session.extensions >= EXTENSIONS_MAX:
        raise NoMoreTime
    deadline = max(session.answer_deadline or now, now) + EXTENSION
    return Decision(session={"answer_deadline": deadline, "extensions": session.extensions + 1})


def come_back(session: Session, now: datetime) -> Decision:
    """The candidate is here again, perhaps after an outage: nobody returns to a clock that has run out."""
    if not session.is_open or session.answering_since is None or session.answer_deadline is None:
        return NOTHING
    if session.answer_deadline >= now + GRACE_ON_RETURN:
        return NOTHING
    return Decision(session={"answer_deadline": now + GRACE_ON_RETURN})


def time_is_up(session: Session, answers: tuple[Answer, ...], now: datetime) -> Decision:
    """Finish the answer whose time has run out; nothing otherwise."""
    deadline = session.answer_deadline
    if not session.is_open or session.answering_since is None or deadline is None or now < deadline:
        return NOTHING
    return finish_answer(session, answers, now)


def may_follow_up(session: Session, question: Question, now: datetime) -> bool:
    """Whether one more question may follow on the answer to `question` that is being finished.

    Where depth is left, a model may hear of the words, the answer has not used up its time, and the interview
    has time left for one more answer.
    """
    in_time = session.answer_deadline is None or now < session.answer_deadline
    room = session.expires_at - now >= timedelta(seconds=session.answer_limit_s)
    return (
        session.is_open
        and session.current_question_id == question.id
        and session.ai_consent is True
        and question.follow_ups > 0
        and in_time
        and room
    )


def phase(session: Session) -> Literal["consent", "ready", "answering", "closed"]:
    """What the candidate can do now, in one word."""
    if not session.is_open:
        return "closed"
    if session.recording_consent is None:
        return "consent"
    return "answering" if session.answering_since is not None else "ready"


def _advance(
    session: Session,
    answers: tuple[Answer, ...],
    now: datetime,
    changes: dict[str, Any],
    *,
    counts_as_answer: bool,
) -> Decision:
    current = session.current_question_id
    assert current is not None  # noqa: S101 (an open session always has a current question)
    following = _after(answers, current)
    columns: dict[str, Any] = {
        "status": "in_progress" if following else "completed",
        "started_at": session.started_at or now,
        "current_question_id": following,
        "answering_since": None,
        "answer_deadline": None,
        "extensions": 0,
    }
    if following is None:
        columns["completed_at"] = now
    return Decision(
        session=columns,
        question_id=current,
        answer=changes,
        finished=current if counts_as_answer else None,
        completed=following is None,
    )


def _after(answers: tuple[Answer, ...], question_id: UUID) -> UUID | None:
    ids = [answer.question_id for answer in answers]
    later = ids[ids.index(question_id) + 1 :]
    return later[0] if later else None


def _answer(answers: tuple[Answer, ...], question_id: UUID) -> Answer:
    return next(answer for answer in answers if answer.question_id == question_id)


def _require_open(session: Session) -> None:
    if not session.is_open:
        raise SessionClosed


def _require_current(session: Session, question_id: UUID) -> None:
    if session.current_question_id != question_id:
        raise WrongQuestion
