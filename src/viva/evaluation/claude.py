"""The language model port over Anthropic's Messages API: the only file that knows the vendor's SDK.

Any server that speaks the API serves; swapping the vendor means another file beside this one. Text only goes
out, in one call without streaming. The SDK's own retries are off: waiting is the durable job's business,
which can wait for hours without holding anything.
"""

import asyncio
import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import anthropic
import httpx2
import pydantic

from viva.platform.language_model import Ask, ModelAnswerUnusable, ModelRefused, ModelUnavailable, Reply

CONNECT_TIMEOUT_S = 5.0
MAX_RETRY_AFTER_S = 3600.0
"""A longer wish is cut to this: somebody waits for the scorecard and the limit may be lifted earlier."""
_TOOL = "answer"
_SHAPE = re.compile(r"output_config|output_format|json_schema|structured output", re.IGNORECASE)
_TOOLS = re.compile(r"\btools?(?:_choice)?\b", re.IGNORECASE)
"""By these words a server says which way of asking it does not know."""
_REASONS = {401: "authentication", 402: "payment", 403: "permission", 404: "unknown_model", 413: "too_long"}


class Claude:
    """Answers an `Ask` with one call. Open with `async with`; it then keeps one connection pool."""

    def __init__(self, *, api_key: str, model: str, base_url: str = "") -> None:
        self._model = model
        self._without_schema: set[str] = set()
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key, base_url=base_url or None, max_retries=0, open_telemetry=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    @property
    def name(self) -> str:
        """The model's id, as it stands on scorecards."""
        return self._model

    async def ask(self, ask: Ask) -> Reply:
        """One question, one answer within `ask.timeout_s`, all told.

        Raises `ModelUnavailable` (wait), `ModelRefused` (a person must look; `params["reason"]` says why) or
        `ModelAnswerUnusable` (one repair try is sensible).
        """
        try:
            async with asyncio.timeout(ask.timeout_s):
                message = await self._create(ask)
        except anthropic.APIStatusError as error:
            raise _from_status(error) from error
        except (TimeoutError, anthropic.APIConnectionError, httpx2.HTTPError) as error:
            raise ModelUnavailable from error
        except (anthropic.AnthropicError, pydantic.ValidationError, ValueError, TypeError) as error:
            raise ModelAnswerUnusable(reason="unreadable") from error
        return self._reply(message)

    async def _create(self, ask: Ask) -> Any:
        """The call with a schema, or by a forced tool for models that know no structured output."""
        model = ask.model or self._model
        if model not in self._without_schema and not ask.by_tool:
            try:
                return await self._send(
                    ask, output_config={"format": {"type": "json_schema", "schema": ask.schema}}
                )
            except anthropic.BadRequestError as error:
                if not _SHAPE.search(error.api_message or ""):
                    raise
                self._without_schema.add(model)
        tool = {"name": _TOOL, "description": "Give the answer.", "input_schema": ask.schema}
        try:
            return await self._send(ask, tools=[tool], tool_choice={"type": "tool", "name": _TOOL})
        except anthropic.BadRequestError as error:
            if _TOOLS.search(error.api_message or ""):
                raise ModelRefused(reason="no_structured_output") from error
            raise

    async def _send(self, ask: Ask, **shape: Any) -> Any:
        # The instructions repeat for every answer of a position: the vendor may keep them for five minutes.
        system = [_kept(ask.system)] + ([{"type": "text", "text": ask.task}] if ask.task else [])
        body: dict[str, Any] = {
            "model": ask.model or self._model,
            "max_tokens": ask.max_tokens,
            "system": system,
            "messages": [{"role": "user", "content": [_kept(ask.user)] if ask.user_repeats else ask.user}],
            "timeout": httpx2.Timeout(ask.timeout_s, connect=CONNECT_TIMEOUT_S),
        }
        return await self._client.messages.create(**body, **shape)

    def _reply(self, message: Any) -> Reply:
        """What the message says. The SDK builds it without checking, so nothing in it is certain."""
        usage = getattr(message, "usage", None)
        written, read = _count(usage, "cache_creation_input_tokens"), _count(usage, "cache_read_input_tokens")
        reply = Reply(
            text=_text_of(getattr(message, "content", None)),
            model=_string(getattr(message, "model", None)) or self._model,
            input_tokens=_count(usage, "input_tokens") + written + read,
            output_tokens=_count(usage, "output_tokens"),
            request_id=_string(getattr(message, "_request_id", None)),
            cache_write_tokens=written,
            cache_read_tokens=read,
        )
        stop_reason = getattr(message, "stop_reason", None)
        if stop_reason == "refusal":
            raise ModelRefused(reason="refusal", reply=reply)
        if stop_reason not in {"end_turn", "stop_sequence", "tool_use"}:
            reason = "truncated" if stop_reason == "max_tokens" else "unreadable"
            raise ModelAnswerUnusable(reason=reason, reply=reply)
        if not reply.text.strip():
            raise ModelAnswerUnusable(reason="empty", reply=reply)
        return reply


def _kept(text: str) -> dict[str, Any]:
    """A block that the vendor may keep for five minutes, with all that stands before it."""
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def _text_of(content: Any) -> str:
    """The text blocks joined, or the forced tool's input as JSON."""
    blocks = content if isinstance(content, list) else []
    for block in blocks:
        if getattr(block, "type", None) == "tool_use" and isinstance(getattr(block, "input", None), dict):
            return json.dumps(block.input, separators=(",", ":"))  # escapes what is no UTF-8
    texts = [getattr(block, "text", None) for block in blocks if getattr(block, "type", None) == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _count(usage: Any, field: str) -> int:
    value = getattr(usage, field, None)
    return value if isinstance(value, int) and value > 0 else 0


def _from_status(
    error: anthropic.APIStatusError,
) -> ModelUnavailable | ModelRefused | ModelAnswerUnusable:
    """Which decision a status calls for. A spend limit answers 429 but no wait lifts it (F08)."""
    if (error.error_code or "").endswith("spend_limit_reached"):
        return ModelRefused(reason="spend_limit")
    status = error.status_code
    if status in {408, 409, 429} or status >= 500 or error.type == "overloaded_error":
        return ModelUnavailable(retry_after_s=_retry_after_s(error.response.headers))
    if 400 <= status < 500:
        return ModelRefused(reason=_REASONS.get(status, "rejected"))
    return ModelAnswerUnusable(reason="unreadable")


def _retry_after_s(headers: httpx2.Headers) -> float | None:
    """The server's wish in seconds: `retry-after-ms`, else `retry-after` as a number or a date."""
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            wait_s = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        return min(wait_s, MAX_RETRY_AFTER_S) if math.isfinite(wait_s) and wait_s > 0 else None
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    wait_s = (until - datetime.now(UTC)).total_seconds()
    return min(wait_s, MAX_RETRY_AFTER_S) if wait_s > 0 else None
