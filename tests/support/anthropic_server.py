"""A small server on loopback that speaks the Messages API as anthropic SDK 2.12 uses it.

In tests: `async with AnthropicServer() as server:` and put replies into `server.script`, or give a function
from request body to reply. Without a script it answers by the request's own schema, quoting the candidate.
Alone: `python -m tests.support.anthropic_server --port 9011 --delay 2`, then ANTHROPIC_BASE_URL and any key.
"""

import argparse
import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


@dataclass(frozen=True)
class Says:
    """A message; `answer` is text as it is, or a value to be sent as JSON."""

    answer: Any
    stop_reason: str = "end_turn"
    delay_s: float = 0.0
    input_tokens: int = 1200
    output_tokens: int = 300
    cached_tokens: int = 0

    def text(self) -> str:
        return self.answer if isinstance(self.answer, str) else json.dumps(self.answer, ensure_ascii=False)


@dataclass(frozen=True)
class Fails:
    """An error status in the vendor's shape."""

    status: int
    kind: str = "api_error"
    message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    error_code: str | None = None


@dataclass(frozen=True)
class Cuts:
    """The connection drops: before any byte of the answer, or in the middle of its body."""

    mid_body: bool = True


@dataclass(frozen=True)
class Stalls:
    """No answer until the client gives up."""


@dataclass(frozen=True)
class Raw:
    """Status 200 and these bytes, whatever they are."""

    body: bytes
    content_type: str = "application/json"


AnyReply = Says | Fails | Cuts | Stalls | Raw
Responder = Callable[[dict[str, Any]], AnyReply]

OVERLOADED = Fails(529, "overloaded_error", "Overloaded")
SPEND_LIMIT = Fails(429, "rate_limit_error", "Spend limit", error_code="enforced_spend_limit_reached")


def rate_limited(retry_after: str) -> Fails:
    return Fails(429, "rate_limit_error", "Slow down", {"retry-after": retry_after})


class AnthropicServer:
    """Answers `POST /v1/messages`. `requests` holds every body, `headers` every header, in order."""

    def __init__(self, responder: Responder | None = None, *, key: str | None = None, port: int = 0) -> None:
        self.script: deque[AnyReply] = deque()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.arrived = asyncio.Event()
        self._responder = responder or obliging
        self._key = key
        self._port = port
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                self.in_flight += 1
                self.most_in_flight = max(self.in_flight, self.most_in_flight)
                try:
                    if not await self._answer(*request, writer):
                        break
                finally:
                    self.in_flight -= 1
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(
        self, path: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        """False when the connection ends with this answer."""
        reply = self._choose(path, headers, body)
        self.arrived.set()
        if isinstance(reply, Stalls):
            await asyncio.Event().wait()
        if isinstance(reply, Cuts):
            if reply.mid_body:
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"
                )
                await writer.drain()
            writer.transport.abort()
            return False
        if isinstance(reply, Says) and reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        writer.write(_http(reply, self.requests[-1] if self.requests else {}, len(self.requests)))
        await writer.drain()
        return True

    def _choose(self, path: str, headers: dict[str, str], body: bytes) -> AnyReply:
        if path != "/v1/messages":
            return Fails(404, "not_found_error", path)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if not bearer or (self._key is not None and bearer != self._key):
            return Fails(401, "authentication_error", "invalid bearer token")
        request = json.loads(body)
        self.requests.append(request)
        self.headers.append(headers)
        return self.script.popleft() if self.script else self._responder(request)


async def _read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return first.split(" ")[1].partition("?")[0], headers, body


def _http(reply: Says | Fails | Raw, request: dict[str, Any], number: int) -> bytes:
    status, kind, headers = 200, "application/json", {"request-id": f"req_{number:04d}"}
    if isinstance(reply, Says):
        payload = json.dumps(_message(reply, request, number)).encode()
    elif isinstance(reply, Raw):
        payload, kind = reply.body, reply.content_type
    else:
        status = reply.status
        headers |= reply.headers
        error: dict[str, Any] = {"type": reply.kind, "message": reply.message}
        if reply.error_code:
            error["details"] = {"error_code": reply.error_code}
        payload = json.dumps({"type": "error", "error": error}).encode()
    headers |= {"content-type": kind, "content-length": str(len(payload))}
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


def _message(reply: Says, request: dict[str, Any], number: int) -> dict[str, Any]:
    content: dict[str, Any] = {"type": "text", "text": reply.text()}
    stop_reason = reply.stop_reason
    if request.get("tools") and isinstance(reply.answer, dict):
        name = request["tools"][0]["name"]
        content = {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": reply.answer}
        stop_reason = "tool_use" if stop_reason == "end_turn" else stop_reason
    return {
        "id": f"msg_{number:04d}",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "unknown"),
        "content": [content] if content.get("text") != "" else [],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": reply.input_tokens,
            "output_tokens": reply.output_tokens,
            "cache_read_input_tokens": reply.cached_tokens,
        },
    }


def schema_of(request: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema that the request wants its answer in."""
    if request.get("tools"):
        return request["tools"][0]["input_schema"]
    return request["output_config"]["format"]["schema"]


def user_text(request: dict[str, Any]) -> str:
    """What stands in the user's turn."""
    content = request["messages"][0]["content"]
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def data_in(request: dict[str, Any]) -> Any:
    """The JSON object in the user's turn, read back."""
    text = user_text(request)
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def said_in(request: dict[str, Any]) -> list[str]:
    """Every passage of the candidate in the request."""
    data = data_in(request)
    return [passage for answer in data.get("answers", []) for passage in answer["candidate_said"]]


def obliging(request: dict[str, Any]) -> Says:
    """A valid answer by the schema, whose quotes are the candidate's first words."""
    try:
        said = said_in(request)
    except (ValueError, KeyError, TypeError, AttributeError):
        said = []
    quotes = [" ".join(re.split(r"\s+", passage)[:12]) for passage in said] or [""]
    korean = any("가" <= letter <= "힣" for letter in "".join(said))
    return Says(
        _fill(schema_of(request), quotes, "근거가 있는 답변입니다." if korean else "The answer shows it.")
    )


def _fill(schema: dict[str, Any], quotes: list[str], words: str) -> Any:
    """The smallest value that the schema allows, with something readable in its strings."""
    if "enum" in schema:
        return schema["enum"][len(schema["enum"]) // 2]
    if "anyOf" in schema:
        return _fill(schema["anyOf"][0], quotes, words)
    kind = schema.get("type")
    if kind == "object":
        return {name: _fill_named(name, part, quotes, words) for name, part in schema["properties"].items()}
    if kind == "array":
        keys = schema.get("items", {}).get("properties", {}).get("key", {}).get("enum")
        if keys:
            return [_fill(schema["items"], quotes, words) | {"key": key} for key in keys]
        return [_fill(schema["items"], quotes, words) for _ in range(max(1, schema.get("minItems", 1)))]
    return {"integer": 1, "number": 1.0, "boolean": True, "null": None}.get(str(kind), words)


def _fill_named(name: str, schema: dict[str, Any], quotes: list[str], words: str) -> Any:
    return quotes[:1] if name == "quotes" else _fill(schema, quotes, words)


async def _main(port: int, delay_s: float) -> None:
    def delayed(request: dict[str, Any]) -> Says:
        answer = obliging(request)
        return Says(answer.answer, delay_s=delay_s)

    async with AnthropicServer(delayed, port=port) as server:
        print(server.url, flush=True)  # noqa: T201 (a command prints)
        await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--delay", type=float, default=0.0)
    options = arguments.parse_args()
    asyncio.run(_main(options.port, options.delay))
