"""One candidate of a run: signs in to an interview, connects, answers as long as the run lasts."""

import asyncio
import time
from typing import Any

import httpx
import msgspec
from tests.benchmarks.clip import Clip
from tests.benchmarks.model import caption_age_ms
from tests.benchmarks.pacing import Pacer, Stream
from tests.benchmarks.publisher import Publisher
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from viva.media import Answer, Offer

PATIENCE_S = 30.0
SERVICE_UNAVAILABLE = 503
RETRIES = 5
"""A server that is asked by everybody at once may ask for patience."""


class Candidate:
    """`join` goes as far as the first answer; `finish` ends it and waits for its last words."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        staff: dict[str, str],
        clip: Clip,
        pacer: Pacer,
        *,
        ai_evaluation: bool = False,
        **wanted: str,
    ) -> None:
        self._http = http
        self._ai_evaluation = ai_evaluation
        self._wanted = {"user_name": "Load", "position": "Backend engineer", "language": "en"} | wanted
        self._staff = staff
        self._clip = clip
        self._pacer = pacer
        self._changed = asyncio.Event()
        self._state: dict[str, Any] = {}
        self._leaving = False
        self._turned_away = False
        self._reader: asyncio.Task[None] | None = None
        self._socket: ClientConnection | None = None
        self._streams: list[Stream] = []
        self.publisher = Publisher(clip)
        self.completed = asyncio.Event()
        self.finals = 0
        self.told_to_wait = 0
        self.captions_ms: list[float] = []

    async def join(self) -> None:
        """Session, consent, live channel, media, answer; then the pacer sends for us."""
        made = await self._post("/api/sessions", self._wanted, self._staff)
        self._path = f"/api/sessions/{made['id']}"
        self._own = {"Authorization": f"Bearer {made['candidate_token']}"}
        notice = await self._ask("GET", "/api/notice?language=en", None, self._own)
        consent = {
            "notice_version": notice["notice_version"],
            "recording": True,
            "ai_evaluation": self._ai_evaluation,
        }
        await self._post(f"{self._path}/consent", consent, self._own)
        await self._connect()

    async def _connect(self) -> None:
        address = f"ws{str(self._http.base_url).removeprefix('http').rstrip('/')}{self._path}/live"
        self._socket = await connect(address, additional_headers=self._own, proxy=None, compression=None)
        self._reader = asyncio.create_task(self._read(self._socket), name="candidate.live")
        await self.publisher.connect(self._exchange, PATIENCE_S)
        await self._until(lambda state: state["status"] in {"consented", "in_progress"})
        await self._begin_to_answer()
        self.publisher.begin()
        self._streams = self.publisher.streams()
        for stream in self._streams:
            self._pacer.add(stream)

    async def finish(self) -> None:
        """End the answer: the finals under way arrive before the next question does."""
        self._leaving = True
        if self._state.get("answering"):
            await self._send({"type": "finish_answer"})
            await self._until(lambda state: not state["answering"])

    async def next_question(self) -> tuple[float, bool]:
        """End this answer: how many milliseconds until there is another question, and whether one was added.

        The answer to it has begun then, as always here.
        """
        await self._until(lambda state: state["answering"])
        before = self._state
        began_ns = time.monotonic_ns()
        await self._send({"type": "finish_answer", "question_id": before["question_id"]})
        await self._until(lambda state: state["question_id"] != before["question_id"])
        waited_ms = (time.monotonic_ns() - began_ns) / 1e6
        return waited_ms, self._state["question_count"] > before["question_count"]

    async def leave(self) -> None:
        """Close everything."""
        self._pacer.remove(self._streams)
        await self.publisher.close()
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def vanish(self) -> None:
        """Be gone at once, without a word to anybody."""
        self._pacer.remove(self._streams)
        self.publisher.vanish()
        if self._socket is not None:
            self._socket.transport.abort()
        if self._reader is not None:
            await self._reader

    async def come_back(self) -> None:
        """After `vanish`: the same interview, with a new channel and a new connection."""
        self._state = {}
        self.publisher = Publisher(self._clip)
        await self._connect()

    async def _post(self, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        return await self._ask("POST", path, body, headers)

    async def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        for _ in range(RETRIES):
            answer = await self._http.request(method, path, json=body, headers=headers)
            if answer.status_code != SERVICE_UNAVAILABLE:
                break
            self.told_to_wait += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    async def _exchange(self, offer: Offer) -> Answer:
        told = await self._post(f"{self._path}/offer", {"sdp": offer.sdp, "type": offer.type}, self._own)
        return Answer(told["sdp"], told["type"])

    async def _begin_to_answer(self) -> None:
        """As a person presses the button again when told that it did not work just now."""
        for _ in range(RETRIES):
            if not self._state["answering"]:
                await self._answer()
            await self._until(lambda state: state["answering"] or self._turned_away)
            if self._state["answering"]:
                return
            self._turned_away = False
            self.told_to_wait += 1
            await asyncio.sleep(1)
        raise TimeoutError(f"not let answer after {RETRIES} attempts")

    async def _answer(self) -> None:
        await self._send({"type": "start_answer", "question_id": self._state["question_id"]})

    async def _send(self, message: dict[str, Any]) -> None:
        assert self._socket is not None
        await self._socket.send(msgspec.json.encode(message).decode())

    async def _until(self, wanted: Any) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not (self._state and wanted(self._state)):
                self._changed.clear()
                await self._changed.wait()

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                message = msgspec.json.decode(frame)
                if message["type"] == "stt_result" and message["is_final"]:
                    self.finals += 1
                    self._note(message["text"])
                elif message["type"] == "state":
                    await self._take(message)
                elif message["type"] == "error":
                    self._turned_away = True
                    self._changed.set()
        except ConnectionClosed:
            return

    def _note(self, text: str) -> None:
        age_ms = caption_age_ms(text)
        if age_ms is not None:
            self.captions_ms.append(age_ms)

    async def _take(self, state: dict[str, Any]) -> None:
        """When the time for an answer was up in a long run: on with the next question."""
        self._state = state
        self._changed.set()
        if state["status"] == "completed":
            self.completed.set()
        if state["status"] == "in_progress" and not state["answering"] and not self._leaving:
            await self._answer()
