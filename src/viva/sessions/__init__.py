"""The interview record: sessions, questions as asked, answers, utterances, incidents."""

from viva.sessions.admission import Admission, Admissions
from viva.sessions.amending import Amendments
from viva.sessions.cleaning import cleaned, without_controls
from viva.sessions.errors import (
    ConsentRequired,
    EmptyAnswer,
    IdentityHidden,
    InterviewBegun,
    NameAndPositionRequired,
    NoMoreTime,
    NotAnswering,
    SessionClosed,
    SessionNotFound,
    UtteranceNotFound,
    WrongQuestion,
)
from viva.sessions.expiry import expire_in_time
from viva.sessions.idempotency import Idempotency
from viva.sessions.masking import Identity, Masked, identity_of, mask
from viva.sessions.missed import TRANSCRIBE_MISSED, MissedSpans, left_of
from viva.sessions.model import (
    TYPED_ANSWER_MAX,
    Answer,
    Incident,
    Language,
    MissedReason,
    MissedSpan,
    NewSession,
    NewUtterance,
    Question,
    Record,
    Session,
    Unveiling,
    Utterance,
)
from viva.sessions.rehearsal import rehearse
from viva.sessions.scribe import Scribe
from viva.sessions.service import Sessions
from viva.sessions.veil import Veil

__all__ = [
    "TRANSCRIBE_MISSED",
    "TYPED_ANSWER_MAX",
    "Admission",
    "Admissions",
    "Amendments",
    "Answer",
    "ConsentRequired",
    "EmptyAnswer",
    "Idempotency",
    "Identity",
    "IdentityHidden",
    "Incident",
    "InterviewBegun",
    "Language",
    "Masked",
    "MissedReason",
    "MissedSpan",
    "MissedSpans",
    "NameAndPositionRequired",
    "NewSession",
    "NewUtterance",
    "NoMoreTime",
    "NotAnswering",
    "Question",
    "Record",
    "Scribe",
    "Session",
    "SessionClosed",
    "SessionNotFound",
    "Sessions",
    "Unveiling",
    "Utterance",
    "UtteranceNotFound",
    "Veil",
    "WrongQuestion",
    "cleaned",
    "expire_in_time",
    "identity_of",
    "left_of",
    "mask",
    "rehearse",
    "without_controls",
]
