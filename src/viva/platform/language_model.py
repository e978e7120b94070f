"""The port to a language model, free of any vendor: one structured question, one checked answer.

`evaluation.claude` is the adapter in use. `questions` (drafting) and `evaluation` (scoring) build the
`Ask`; only text ever goes out.
"""

import re
from typing import Any, Protocol
from uuid import UUID

import msgspec

from viva.platform.errors import VivaError

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of characters: no database text can hold them, and a vendor may send them."""


class Account(msgspec.Struct, frozen=True):
    """On whose budgets a call goes; without a session only those of the position and the day."""

    session_id: UUID | None = None
    position_key: str = ""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `system` holds instructions only; what a candidate said goes, JSON-encoded, into `user`.

    `schema` is a JSON Schema object that the answer must satisfy. `system` and `schema` are what many calls
    share, so the vendor may keep them; `task` are instructions of this call alone. `user_repeats` says that
    the same `user` is about to be asked again. `model` asks another model than the one that is set up;
    `by_tool` asks by a forced tool, for a model that did not keep to the schema. `account` never goes out.
    """

    purpose: str
    system: str
    user: str
    schema: dict[str, Any]
    max_tokens: int = 4096
    timeout_s: float = 60.0
    task: str = ""
    user_repeats: bool = False
    model: str = ""
    by_tool: bool = False
    account: Account = Account()


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer as raw JSON text, to be decoded strictly by whoever asked, and what it cost.

    `input_tokens` counts all that was read; the two others say how much of it went to and came from the
    vendor's cache. What no database text can hold is left out, so that it can be kept whatever a vendor sent.
    """

    text: str
    model: str
    input_tokens: int
    output_tokens: int
    request_id: str | None = None
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0

    def __post_init__(self) -> None:
        force = msgspec.structs.force_setattr
        force(self, "text", _NOT_STORABLE.sub("", self.text))
        force(self, "model", _NOT_STORABLE.sub("", self.model))
        if self.request_id is not None:
            force(self, "request_id", _NOT_STORABLE.sub("", self.request_id))


class ModelError(VivaError):
    """Root of what a model call can end in; `reply` is there when it was answered, and so paid for."""

    code = "model_failed"
    message = "The language model did not give a usable answer."

    def __init__(self, *, reply: Reply | None = None, **params: object) -> None:
        super().__init__(**params)
        self.reply = reply


class ModelUnavailable(ModelError):
    """Overload, outage, timeout, rate limit: worth waiting for `retry_after_s`."""

    code = "model_unavailable"
    message = "The language model cannot be reached at the moment."
    retryable = True

    def __init__(self, *, retry_after_s: float | None = None, **params: object) -> None:
        super().__init__(reply=None, **params)
        self.retry_after_s = retry_after_s


class ModelRefused(ModelError):
    """The model declined, or the account may not (bad key, spend limit): waiting alone does not help."""

    code = "model_refused"
    message = "The language model declined to answer."


class ModelAnswerUnusable(ModelError):
    """Truncated or otherwise not what was asked for; one repair try is sensible."""

    code = "model_answer_unusable"
    message = "The language model's answer could not be used."


class LanguageModel(Protocol):
    """Answers a structured question."""

    @property
    def name(self) -> str:
        """The model's id, as it stands on scorecards."""
        ...

    async def ask(self, ask: Ask) -> Reply:
        """One call, no database session held. Raises a `ModelError`."""
        ...
