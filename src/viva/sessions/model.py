"""The interview record as values. Pure: no I/O, no clock."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from viva.audio import Word
from viva.platform.language_model import Account
from viva.platform.spending import account_of
from viva.questions import FROM_RESUME, Criterion

Language = Literal["ko", "en"]
Status = Literal["created", "consented", "in_progress", "completed", "expired", "withdrawn"]
MissedReason = Literal["unheard", "interrupted", "no_engine"]
"""`unheard`: the engine was away or too slow; `interrupted`: the server stopped in the middle of the answer;
`no_engine`: this installation had none."""
OPEN_STATUSES: frozenset[str] = frozenset({"created", "consented", "in_progress"})

NAME_MAX = 120
POSITION_MAX = 200
TYPED_ANSWER_MAX = 20_000
"""Characters; about ten pages."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One interview. `started_at` is the zero of its clock; consents are `None` until decided."""

    id: UUID
    user_name: str
    email: str | None
    position: str
    position_id: UUID | None
    position_version: int | None = None
    language: Language
    status: Status
    created_at: datetime
    expires_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    recording_consent: bool | None
    ai_consent: bool | None
    current_question_id: UUID | None
    answering_since: datetime | None
    answer_deadline: datetime | None
    extensions: int
    answer_limit_s: int
    preparation_s: int
    last_seq: int
    key_terms: tuple[str, ...]
    plan_source: str
    plan_fallback_reason: str | None
    blind_review: bool = False
    """Whoever reviews learns who it is only with a view of their own, see `veil`."""
    created_by: UUID | None = None

    @property
    def title_is_the_candidates(self) -> bool:
        """Whether the candidate may have typed it: it is no position's, and no user made the interview."""
        return self.position_id is None and self.created_by is None

    @property
    def is_open(self) -> bool:
        """Whether the candidate may still go on."""
        return self.status in OPEN_STATUSES

    @property
    def reference(self) -> str:
        """A short number to name on the telephone: the random end of the id."""
        digits = self.id.hex[-8:].upper()
        return f"{digits[:4]}-{digits[4:]}"

    @property
    def may_be_amended(self) -> bool:
        """Whether its questions may still change: nothing has been asked yet."""
        return self.status in {"created", "consented"} and self.started_at is None

    @property
    def account(self) -> Account:
        """On whose budgets calls of the language model go."""
        return account_of(self.position, self.position_id, self.id)

    def clock_ms(self, now: datetime) -> int:
        """`now` on the interview's clock; 0 before it began."""
        if self.started_at is None:
            return 0
        return max(0, round((now - self.started_at).total_seconds() * 1000))


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question of this interview. `competency` and `what_good_shows` are never shown to the candidate."""

    id: UUID
    order: int
    text: str
    competency: str
    what_good_shows: tuple[str, ...] = ()
    follows_id: UUID | None = None
    """The question that this one follows up on."""
    follow_ups: int = 0
    """How many more may follow on its answer."""
    source_id: str | None = None
    """The planned question that it was made from."""

    @property
    def is_from_resume(self) -> bool:
        """Whether it was drafted from what the candidate handed in."""
        return (self.source_id or "").startswith(FROM_RESUME)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How a question went; spans are on the interview's clock."""

    question_id: UUID
    status: Literal["pending", "answering", "finished", "skipped"]
    kind: Literal["spoken", "typed"] | None
    start_ms: int | None
    end_ms: int | None


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard (or typed), as stored. `text` never changes; `corrected_text` is the candidate's."""

    seq: int
    speaker: Literal["candidate", "interviewer"]
    question_id: UUID | None
    text: str
    corrected_text: str | None
    start_ms: int
    end_ms: int
    confidence: float | None
    words: tuple[Word, ...]
    source: str
    late: bool = False
    """Transcribed from the recording afterwards, because nobody could while it was said."""


class MissedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """A span of an answer, on the interview's clock, that nobody transcribed while it was said."""

    id: UUID
    session_id: UUID
    question_id: UUID
    start_ms: int
    end_ms: int
    reason: MissedReason
    created_at: datetime
    settled_at: datetime | None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that got in the way of the interview."""

    kind: str
    detail: dict[str, object]
    at_ms: int | None
    at: datetime


class Unveiling(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer got to know whose interview it is; `scored` says that they had put down their own view."""

    user_id: UUID
    scored: bool
    at: datetime


class NewUtterance(msgspec.Struct, frozen=True, kw_only=True):
    """An utterance that has no number yet."""

    question_id: UUID | None
    text: str
    start_ms: int
    end_ms: int
    source: str
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    late: bool = False
    speaker: Literal["candidate", "interviewer"] = "candidate"


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for when an interview is made."""

    user_name: str
    position: str
    language: Language = "ko"
    position_id: UUID | None = None
    email: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Everything said and decided in one interview."""

    session: Session
    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]
    utterances: tuple[Utterance, ...]
    criteria: tuple[Criterion, ...]
