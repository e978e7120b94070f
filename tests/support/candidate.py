"""A candidate without a page: the contract's way through an interview, as a program goes it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from viva.media import Answer, Offer, PublishingClient

Message = dict[str, Any]

PATIENCE_S = 60.0
"""How long anything may take: the machines that run these are shared and slow."""


async def eventually(true: Callable[[], Awaitable[Any]], timeout_s: float = PATIENCE_S) -> Any:
    """What `true` gives, as soon as that is something; asks every 50 ms."""
    async with asyncio.timeout(timeout_s):
        while not (found := await true()):  # noqa: ASYNC110 (what is asked has no event)
            await asyncio.sleep(0.05)
    return found


class Channel:
    """An open live channel; keeps every message."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.messages: list[Message] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def next(self) -> Message:
        message: Message = json.loads(await self.socket.recv())
        self.messages.append(message)
        return message

    async def until(self, wanted: Callable[[Message], bool], timeout_s: float = PATIENCE_S) -> Message:
        """The next message that is wanted; the others are kept."""
        async with asyncio.timeout(timeout_s):
            while True:
                message = await self.next()
                if wanted(message):
                    return message

    async def state(self, **fields: Any) -> Message:
        """The next `state` with these fields."""
        wanted = {"type": "state", **fields}
        return await self.until(lambda message: wanted.items() <= message.items())

    async def error(self) -> str:
        """The code of the next `error`."""
        message = await self.until(lambda message: message["type"] == "error")
        return str(message["code"])

    async def closed(self, timeout_s: float = PATIENCE_S) -> int | None:
        """The close code, once it is closed."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    await self.next()
        except ConnectionClosed:
            return self.socket.close_code

    @property
    def finals(self) -> list[Message]:
        return [m for m in self.messages if m["type"] == "stt_result" and m["is_final"]]

    @property
    def interims(self) -> list[Message]:
        return [m for m in self.messages if m["type"] == "stt_result" and not m["is_final"]]


class Candidate:
    """Holds a session's token."""

    def __init__(self, url: str, http: httpx.AsyncClient, session_id: str, token: str) -> None:
        self.session_id = session_id
        self.headers = {"Authorization": f"Bearer {token}"}
        self._url = url
        self._http = http

    @property
    def path(self) -> str:
        return f"/api/sessions/{self.session_id}"

    @property
    def live_url(self) -> str:
        return f"ws{self._url.removeprefix('http')}{self.path}/live"

    async def get(self, what: str = "", **headers: str) -> httpx.Response:
        return await self._http.get(f"{self.path}{what}", headers=self.headers | headers)

    async def post(self, what: str, body: Any, **headers: str) -> httpx.Response:
        return await self._http.post(f"{self.path}{what}", json=body, headers=self.headers | headers)

    async def consent(self, *, recording: bool = True, ai_evaluation: bool = True) -> httpx.Response:
        version = (await self._http.get("/api/notice")).json()["notice_version"]
        decision = {"notice_version": version, "recording": recording, "ai_evaluation": ai_evaluation}
        answer = await self.post("/consent", decision)
        answer.raise_for_status()
        return answer

    async def questions(self) -> list[str]:
        return [question["id"] for question in (await self.get("/questions")).json()["items"]]

    async def type_answer(self, question_id: str, text: str = "I measured first.") -> httpx.Response:
        return await self.post("/answers", {"question_id": question_id, "text": text})

    async def utterances(self) -> list[Message]:
        found: list[Message] = (await self.get("/transcript")).json()["utterances"]
        return found

    async def exchange(self, offer: Offer) -> Answer:
        answer = await self.post("/offer", {"sdp": offer.sdp, "type": offer.type})
        answer.raise_for_status()
        return Answer(**answer.json())

    @asynccontextmanager
    async def channel(self, headers: dict[str, str] | None = None) -> AsyncIterator[Channel]:
        """The live channel, after its first message."""
        async with connect(
            self.live_url, additional_headers=headers or self.headers, max_queue=None, proxy=None
        ) as socket:
            channel = Channel(socket)
            await channel.next()
            yield channel

    @asynccontextmanager
    async def microphone(self, *, video: bool = False) -> AsyncIterator[PublishingClient]:
        """A connected peer."""
        async with PublishingClient(video=video) as peer:
            await peer.connect(self.exchange, timeout_s=PATIENCE_S)
            yield peer
