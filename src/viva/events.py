"""The facts of the system, in the past tense. They travel on the bus after the commit that made them true.

An event is a hint for screens and a nudge for workers, never the only copy of a fact: whoever misses one
asks the database.
"""

from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A fact about one interview session."""

    session_id: UUID


class SessionCreated(Event, frozen=True, tag="session_created"):
    """Somebody may now be interviewed."""


class ConsentGiven(Event, frozen=True, tag="consent_given"):
    """The candidate decided, per purpose, what may be done."""


class InterviewAdvanced(Event, frozen=True, tag="interview_advanced"):
    """The interview's state changed: a question began or ended, or the whole did."""


class UtteranceHeard(Event, frozen=True, tag="utterance_heard"):
    """A final result was stored under `seq`."""

    seq: int


class UtteranceCorrected(Event, frozen=True, tag="utterance_corrected"):
    """The candidate put other words beside what was heard under `seq`."""

    seq: int


class AnswerFinished(Event, frozen=True, tag="answer_finished"):
    """The answer to one question is complete and will be evaluated."""

    question_id: UUID


class InterviewCompleted(Event, frozen=True, tag="interview_completed"):
    """The last answer is in."""


class ScorecardDrafted(Event, frozen=True, tag="scorecard_drafted"):
    """A draft is there for a person to read, or it is said why there is none."""


AnyEvent = (
    SessionCreated
    | ConsentGiven
    | InterviewAdvanced
    | UtteranceHeard
    | UtteranceCorrected
    | AnswerFinished
    | InterviewCompleted
    | ScorecardDrafted
)
