"""What screens are told, made from what is known. Pure."""

from datetime import datetime
from uuid import UUID

from viva.audio import SpeechResult
from viva.room import director
from viva.room import messages as wire
from viva.sessions import Question, Session, Utterance


def question(question: Question | None) -> wire.QuestionShown | None:
    """The question as the candidate sees it."""
    return wire.QuestionShown(question.id, question.order, question.text) if question else None


def state(
    session: Session,
    current: Question | None,
    *,
    question_count: int,
    shown_seq: int,
    stt: str,
    connected: bool,
    now: datetime,
) -> wire.State:
    """The whole state of the interview."""
    return wire.State(
        session_id=session.id,
        status=session.status,
        phase=director.phase(session),
        question_id=session.current_question_id,
        question=question(current),
        answering=session.answering_since is not None,
        question_count=question_count,
        deadline=session.answer_deadline,
        seq=shown_seq,
        answer_limit_s=session.answer_limit_s,
        stt=stt,
        media=wire.MediaShown(connected=connected),
        server_time=now,
    )


def interim(session_id: UUID, result: SpeechResult, question_id: UUID, now: datetime) -> wire.SttResult:
    """What is being heard; the next one replaces it."""
    return wire.SttResult(
        session_id=session_id,
        text=result.text,
        timestamp=now.timestamp(),
        is_final=False,
        question_id=question_id,
        seq=None,
        start_ms=result.start_ms,
        end_ms=result.end_ms,
        confidence=result.confidence,
    )


def final(session_id: UUID, utterance: Utterance, now: datetime) -> wire.SttResult:
    """What was heard, as it is stored."""
    return wire.SttResult(
        session_id=session_id,
        text=utterance.text,
        timestamp=now.timestamp(),
        is_final=True,
        question_id=utterance.question_id,
        seq=utterance.seq,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        confidence=utterance.confidence,
    )
