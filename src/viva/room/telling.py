"""What screens are told, built from values. Pure."""

from datetime import datetime
from uuid import UUID

from viva.audio import SpeechResult
from viva.platform.errors import VivaError
from viva.platform.i18n import gettext, use_locale
from viva.room import director
from viva.room import messages as wire
from viva.sessions import Question, Session, Utterance


def state(
    session: Session,
    questions: dict[UUID, Question],
    *,
    seq: int,
    engine: str,
    media: wire.MediaShown,
    troubles: tuple[wire.TroubleShown, ...],
    now: datetime,
) -> wire.State:
    """The whole state of the interview."""
    return wire.State(
        session_id=session.id,
        status=session.status,
        phase=director.phase(session),
        question_id=session.current_question_id,
        question=question(session, questions),
        answering=session.answering_since is not None,
        question_count=len(questions),
        deadline=session.answer_deadline,
        seq=seq,
        answer_limit_s=session.answer_limit_s,
        stt=engine,
        media=media,
        troubles=troubles,
        server_time=now,
    )


def question(session: Session, questions: dict[UUID, Question]) -> wire.QuestionShown | None:
    """The current question; None at the end."""
    if session.current_question_id is None:
        return None
    current = questions[session.current_question_id]
    return wire.QuestionShown(current.id, current.order, current.text, current.follows_id is not None)


def interim(session: Session, result: SpeechResult, question_id: UUID, now: datetime) -> wire.SttResult:
    """What is heard at the moment; the next one replaces it."""
    return wire.SttResult(
        session_id=session.id,
        text=result.text,
        timestamp=now.timestamp(),
        is_final=False,
        question_id=question_id,
        seq=None,
        start_ms=result.start_ms,
        end_ms=result.end_ms,
        confidence=result.confidence,
    )


def final(session: Session, utterance: Utterance, now: datetime) -> wire.SttResult:
    """What was heard, as it is stored."""
    return wire.SttResult(
        session_id=session.id,
        text=utterance.text,
        timestamp=now.timestamp(),
        is_final=True,
        question_id=utterance.question_id,
        seq=utterance.seq,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        confidence=utterance.confidence,
        corrected_text=utterance.corrected_text or None,
    )


def corrected(utterance: Utterance) -> wire.Corrected:
    """What the candidate has put beside a final."""
    return wire.Corrected(seq=utterance.seq, text=utterance.corrected_text or "")


def notice(session: Session, code: str, message: str) -> wire.Notice:
    """Something the candidate should know, in the interview's language."""
    with use_locale(session.language):
        return wire.Notice(code=code, message=gettext(message))


def trouble(session: Session, code: str, message: str) -> wire.TroubleShown:
    """What impairs the interview, in its language."""
    with use_locale(session.language):
        return wire.TroubleShown(code, gettext(message))


def complaint(session: Session, error: VivaError) -> wire.ErrorMessage:
    """Why a message could not be followed, in the interview's language."""
    with use_locale(session.language):
        return wire.ErrorMessage(code=error.code, message=gettext(error.message).format(**error.params))
