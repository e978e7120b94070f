"""The live channel's wire: one tagged union for each direction, `type` first.

`state` is the whole state of the interview, so that a page that has it needs nothing else. Interim results
replace each other; finals never change and are in the database before they are sent.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from viva.platform.web import parse_json

Detail = Annotated[dict[str, str | int | float | bool | None], msgspec.Meta(max_length=20)]
"""What a page may tell of an event: flat, and bounded by the size of a frame."""
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
"""The number of an utterance, as the database counts."""


class Inbound(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """From the candidate's page. Who acts is known from the connection, never from the message (S38)."""


class StartAnswer(Inbound, frozen=True, tag="start_answer"):
    """The candidate begins to speak."""

    question_id: UUID


class FinishAnswer(Inbound, frozen=True, tag="finish_answer"):
    """The candidate is done with the answer (to `question_id`, if it is named)."""

    question_id: UUID | None = None


class Next(Inbound, frozen=True, tag="next"):
    """On to the next question (from `question_id`, if it is named); an answer under way is finished."""

    question_id: UUID | None = None


class Repeat(Inbound, frozen=True, tag="repeat"):
    """Say the question again."""


class NeedTime(Inbound, frozen=True, tag="need_time"):
    """One more minute, please."""


class Correct(Inbound, frozen=True, tag="correct"):
    """What was meant, beside what was heard."""

    seq: Seq
    text: str


class ClientEvent(Inbound, frozen=True, tag="client_event"):
    """Something the page saw: a device that went, a hidden tab."""

    name: str
    detail: Detail = {}


class Mute(Inbound, frozen=True, tag="mute"):
    """Keep nothing of me, neither sound nor picture, until I say otherwise. Followed before all that waits;
    the `state` that comes back says whether nothing is kept."""

    on: bool


class Ping(Inbound, frozen=True, tag="ping"):
    """Still there?"""


class Resume(Inbound, frozen=True, tag="resume"):
    """Send the finals after this number again."""

    after_seq: Seq = 0


ClientMessage = (
    StartAnswer | FinishAnswer | Next | Repeat | NeedTime | Correct | ClientEvent | Mute | Ping | Resume
)


class Outbound(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """From the server to a screen."""


class QuestionShown(msgspec.Struct, frozen=True):
    """A question as the candidate sees it."""

    id: UUID
    order: int
    text: str
    follow_up: bool = False
    """Whether it takes up the answer before it."""


class MediaShown(msgspec.Struct, frozen=True):
    """Whether sound arrives, and whether the candidate is muted: then nothing of it is kept."""

    connected: bool
    muted: bool = False


class TroubleShown(msgspec.Struct, frozen=True):
    """What impairs captions or recording at the moment; codes and words as in a `notice`."""

    code: str
    message: str


class SttResult(Outbound, frozen=True, tag="stt_result"):
    """What was heard. `timestamp` is in Unix seconds; `seq` is null for an interim.

    `corrected_text` is what the candidate wrote beside a final; `text` stays what was heard.
    """

    session_id: UUID
    text: str
    timestamp: float
    is_final: bool
    question_id: UUID | None
    seq: int | None
    start_ms: int
    end_ms: int
    confidence: float | None
    corrected_text: str | None = None


class Corrected(Outbound, frozen=True, tag="corrected"):
    """The candidate's words beside what was heard under `seq` are stored; `text` is empty when withdrawn."""

    seq: int
    text: str


class State(Outbound, frozen=True, tag="state"):
    """The whole state of the interview."""

    session_id: UUID
    status: str
    phase: str
    question_id: UUID | None
    question: QuestionShown | None
    answering: bool
    question_count: int
    deadline: datetime | None
    seq: int
    answer_limit_s: int
    stt: str
    media: MediaShown
    troubles: tuple[TroubleShown, ...]
    server_time: datetime


class QuestionMessage(Outbound, frozen=True, tag="question"):
    """A question to show and to read aloud."""

    question: QuestionShown
    reason: Literal["repeat", "next"]


class ClockMessage(Outbound, frozen=True, tag="clock"):
    """The server's clock, so that a page counts down to the right moment."""

    server_time: datetime
    deadline: datetime | None


class MediaMessage(Outbound, frozen=True, tag="media"):
    """How the media connection is."""

    state: str


class Notice(Outbound, frozen=True, tag="notice"):
    """Something the candidate should know; `message` is in the interview's language."""

    code: str
    message: str


class ErrorMessage(Outbound, frozen=True, tag="error"):
    """A message that could not be followed; the channel stays open."""

    code: str
    message: str


class Replaced(Outbound, frozen=True, tag="replaced"):
    """Another tab or device took over; this one is closed next."""


class Pong(Outbound, frozen=True, tag="pong"):
    """Still here."""

    server_time: datetime


ServerMessage = (
    SttResult
    | Corrected
    | State
    | QuestionMessage
    | ClockMessage
    | MediaMessage
    | Notice
    | ErrorMessage
    | Replaced
    | Pong
)

_encoder = msgspec.json.Encoder()


def encode(message: ServerMessage) -> str:
    """One JSON text frame."""
    return _encoder.encode(message).decode()


def decode(frame: bytes) -> ClientMessage:
    """Raises `Malformed` or `msgspec.ValidationError` for anything but one of ours."""
    message: ClientMessage = msgspec.convert(parse_json(frame), ClientMessage)
    return message
