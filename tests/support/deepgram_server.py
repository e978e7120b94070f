"""A server on loopback that speaks Deepgram's streaming protocol (`/v1/listen`) and decodes what it gets.

    async with DeepgramServer(script="안녕하세요 저는 백엔드 개발자입니다") as server:
        ... VIVA_DEEPGRAM_URL=server.url DEEPGRAM_API_KEY=server.key

or by itself: `python -m tests.support.deepgram_server --port 8999 --script "..."`, which prints its URL.

Written from the vendor's documentation and the SDK's types: token auth, query validation, interim and final
results, Finalize, KeepAlive, CloseStream, ten seconds of silence end in NET-0001, bad audio in DATA-0000.
"""

import argparse
import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import numpy as np
from tests.support.deepgram_ears import Ears, HeardWord, NotOgg, OggOpusDecoder, Script, ScriptEars, Sound
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

TUNING = frozenset({"interim_results", "smart_format", "vad_events", "endpointing", "utterance_end_ms"})
PARAMETERS = TUNING | {"model", "language", "keyterm"}
LANGUAGES = frozenset({"ko", "en", "multi"})
FINAL_AFTER_SILENCE_S = 0.5
KOREAN = (
    "안녕하세요 저는 결제 서비스를 맡았던 백엔드 개발자입니다 데이터베이스가 느려졌을 때 먼저 쿼리를 "
    "측정하고 인덱스를 추가했습니다"
)


@dataclass
class Fault:
    """What goes wrong on one connection. Times are of the audio received on it."""

    status: int | None = None
    retry_after: str | None = None
    reset_at_ms: float | None = None
    close_at_ms: float | None = None
    close_code: int = 1011
    silent: bool = False
    extra: Sequence[str | bytes] = ()
    """Sent as they are with the first audio."""


@dataclass
class Heard:
    """One connection, for a test to look at afterwards."""

    query: dict[str, list[str]]
    headers: dict[str, str]
    decoder: OggOpusDecoder = field(default_factory=OggOpusDecoder)
    sounds: list[Sound] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    controls: list[str] = field(default_factory=list)
    closed: str = ""

    @property
    def sound(self) -> Sound:
        return np.concatenate(self.sounds) if self.sounds else np.zeros(0, np.float32)


class DeepgramServer:
    """`faults` are used up one per handshake; `always` holds while it is set."""

    def __init__(
        self,
        script: str = KOREAN,
        *,
        key: str = "test-key",
        ears: Callable[[], Ears] | None = None,
        words_per_final: int = 8,
        idle_s: float = 10.0,
        port: int = 0,
        keep_sound: bool = True,
    ) -> None:
        self.key = key
        self.script = Script(script.split())
        self.words_per_final = words_per_final
        self.idle_s = idle_s
        self.keep_sound = keep_sound
        self.connections: list[Heard] = []
        self.refused = 0
        self.faults: deque[Fault] = deque()
        self.always: Fault | None = None
        self.make_ears = ears or (lambda: ScriptEars(self.script))
        self.changed = asyncio.Event()
        self._port = port
        self._server: Server | None = None
        self._granted: dict[ServerConnection, Fault] = {}

    @property
    def controls(self) -> list[str]:
        """The kinds of all text frames, over all connections."""
        return [kind for heard in self.connections for kind in heard.controls]

    async def until(self, condition: Callable[[], bool], timeout_s: float = 60) -> None:
        """Wait until a message made the condition true."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._converse, "127.0.0.1", self._port, process_request=self._gate, compression=None
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def _gate(self, connection: ServerConnection, request: Request) -> Response | None:
        fault = self.always or (self.faults.popleft() if self.faults else Fault())
        self._granted[connection] = fault
        status = fault.status or self._complaint(request)
        if status is None:
            return None
        self.refused += 1
        body = json.dumps({"err_code": HTTPStatus(status).name, "err_msg": "as the test wanted it"})
        response = connection.respond(HTTPStatus(status), body)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = fault.retry_after
        return response

    def _complaint(self, request: Request) -> int | None:
        address = urlsplit(request.path)
        query = parse_qs(address.query)
        if request.headers.get("Authorization") != f"Token {self.key}":
            return 401
        if address.path != "/v1/listen":
            return 404
        acceptable = (
            set(query) <= PARAMETERS
            and query.get("model") == ["nova-3"]
            and set(query.get("language", ["en"])) <= LANGUAGES
        )
        return None if acceptable else 400

    async def _converse(self, connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None
        heard = Heard(parse_qs(urlsplit(request.path).query), dict(request.headers.raw_items()))
        self.connections.append(heard)
        await Conversation(self, connection, heard, self._granted.pop(connection)).run()


class Conversation:
    """One socket, from the first message to the close."""

    def __init__(
        self, server: DeepgramServer, connection: ServerConnection, heard: Heard, fault: Fault
    ) -> None:
        self._server = server
        self._connection = connection
        self._heard = heard
        self._fault = fault
        self._ears = server.make_ears()
        self._pending: list[HeardWord] = []
        self._final_until_s = 0.0
        self._interim_at_s = 0.0
        self._extra_sent = False

    async def run(self) -> None:
        try:
            while await self._next_message():
                pass
        except TimeoutError:
            await self._close(1011, "NET-0001")
        except NotOgg as error:
            await self._close(1008, str(error))
        except ConnectionClosed as closed:
            self._heard.closed = self._heard.closed or str(closed)

    async def _next_message(self) -> bool:
        async with asyncio.timeout(self._server.idle_s):
            message = await self._connection.recv()
        self._server.changed.set()
        if isinstance(message, bytes):
            return await self._audio(message)
        kind = json.loads(message)["type"]
        self._heard.controls.append(kind)
        self._server.changed.set()
        if kind == "Finalize" and not self._fault.silent:
            await self._result(is_final=True, from_finalize=True)
        if kind == "CloseStream":
            await self._result(is_final=True, from_finalize=False)
            await self._send(
                {"type": "Metadata", "request_id": "fake", "duration": self._now_s, "channels": 1}
            )
            await self._close(1000, "")
            return False
        return True

    async def _audio(self, data: bytes) -> bool:
        heard, fault = self._heard, self._fault
        sound = heard.decoder.decode(data)
        if self._server.keep_sound:
            heard.sounds.append(sound)
            heard.data += data
        if fault.reset_at_ms is not None and self._now_s * 1000 >= fault.reset_at_ms:
            heard.closed = "reset"
            self._connection.transport.abort()
            return False
        if fault.close_at_ms is not None and self._now_s * 1000 >= fault.close_at_ms:
            await self._close(fault.close_code, "as the test wanted it")
            return False
        if not fault.silent:
            await self._answer(self._ears.hear(sound))
        return True

    async def _answer(self, words: list[HeardWord]) -> None:
        if not self._extra_sent:
            self._extra_sent = True
            for message in self._fault.extra:
                await self._connection.send(message)
        self._pending += words
        quiet_s = self._now_s - max(self._ears.voice_until_s, self._final_until_s)
        full = len(self._pending) >= self._server.words_per_final
        if (
            full
            or (quiet_s >= FINAL_AFTER_SILENCE_S and self._pending)
            or quiet_s >= 4 * FINAL_AFTER_SILENCE_S
        ):
            until_s = self._pending[-1].end_s if full else self._now_s
            await self._result(is_final=True, until_s=until_s)
        elif words or self._now_s - self._interim_at_s >= 1.0:
            self._interim_at_s = self._now_s
            await self._result(is_final=False)

    @property
    def _now_s(self) -> float:
        return self._heard.decoder.samples / 48_000

    async def _result(
        self, *, is_final: bool, until_s: float | None = None, from_finalize: bool | None = None
    ) -> None:
        until_s = self._now_s if until_s is None else until_s
        message = {
            "type": "Results",
            "channel_index": [0, 1],
            "start": self._final_until_s,
            "duration": until_s - self._final_until_s,
            "is_final": is_final,
            "speech_final": is_final,
            "from_finalize": bool(from_finalize),
            "channel": {"alternatives": [_alternative(self._pending)]},
            "metadata": {"request_id": "fake", "model_uuid": "fake", "model_info": {}},
        }
        if is_final:
            self._ears.settle(len(self._pending))
            self._pending = []
            self._final_until_s = until_s
        await self._send(message)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._connection.send(json.dumps(message, ensure_ascii=False))

    async def _close(self, code: int, reason: str) -> None:
        self._heard.closed = f"{code} {reason}".strip()
        await self._connection.close(code, reason)


def _alternative(words: list[HeardWord]) -> dict[str, Any]:
    return {
        "transcript": " ".join(word.text for word in words),
        "confidence": min((word.confidence for word in words), default=0.0),
        "words": [
            {
                "word": word.text.lower(),
                "punctuated_word": word.text,
                "start": word.start_s,
                "end": word.end_s,
                "confidence": word.confidence,
            }
            for word in words
        ],
    }


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A fake of Deepgram's streaming recognition on loopback")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="test-key")
    parser.add_argument("--script", default=KOREAN)
    given = parser.parse_args()
    async with DeepgramServer(given.script, key=given.key, port=given.port, keep_sound=False) as server:
        print(server.url, flush=True)  # noqa: T201 (the caller reads the address)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
