"""A scripted interview that goes on however often its server is killed, and what its candidate was told.

The candidate speaks in tones (`ToneEars`), each word only once, so that the history can be checked: what was
acknowledged is there, once, under the question to which it was said. A word that was under way when the
server was killed is not said again.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from tests.support.candidate import Candidate, Channel
from tests.support.opus import encode, tones
from tests.support.process import Process
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD
from websockets.exceptions import WebSocketException

from viva.media import PublishingClient
from viva.media.peer.client import ConnectFailed

CUT_OFF = (WebSocketException, httpx.HTTPError, ConnectFailed, OSError, EOFError, TimeoutError)
"""What a client sees of a server that is killed."""
WORDS_EACH = 8
PACKETS_PER_WORD = 15
PACKETS_PER_EVENT = 5
PATIENCE_S = 60

Happens = Callable[[], None]
"""Called at everything that the client sends, receives or speaks: the moments at which a server may die."""


@dataclass
class Told:
    """What the server has acknowledged to this candidate."""

    key: str
    session: dict[str, Any] | None = None
    finals: dict[int, str] = field(default_factory=dict)
    passed: int = 0
    """Questions that are behind us, as a `state` or an answer said."""
    typed: dict[str, str] = field(default_factory=dict)
    """The question of each text that was acknowledged."""
    contradictions: list[str] = field(default_factory=list)
    completed: bool = False


class Story:
    """One interview: two answers spoken, the others typed. `go_on` goes on from wherever it stands."""

    def __init__(self, number: int, happens: Happens) -> None:
        self.told = Told(key=f"story {number}")
        self.questions: list[str] = []
        self.said: list[tuple[int, float, Process]] = []
        """Each word, when, on the loop's clock, its last packet had been sent, and to whom: a client does
        not notice at once that it speaks to a dead one."""
        self._happens = happens
        self._unsaid: dict[int, list[int]] = {
            index: list(range(index * 10, index * 10 + WORDS_EACH)) for index in range(2)
        }

    async def go_on(self, server: Process) -> None:
        """To the end. Raises one of `CUT_OFF` when the server is killed."""
        self._server = server
        candidate = await self._candidate(server)
        self.questions = self.questions or await candidate.questions()
        async with candidate.channel() as channel, _Watched(self, channel) as watched:
            await watched.send("resume", after_seq=0)
            while not self.told.completed:
                index = self.told.passed
                if self._unsaid.get(index):
                    async with candidate.microphone() as peer:
                        await self._speak(watched, peer, index)
                if index in self._unsaid:
                    await self._finish(watched, index)
                else:
                    await self._type(candidate, watched, index)

    async def _candidate(self, server: Process) -> Candidate:
        """The session, made once however often it is asked for."""
        self._happens()
        if self.told.session is None:
            headers = await _signed_in(server) | {"Idempotency-Key": self.told.key}
            asked = {"user_name": self.told.key, "position": "Backend engineer", "language": "en"}
            self._happens()
            made = await server.http.post("/api/sessions", json=asked, headers=headers)
            self.told.session = made.raise_for_status().json()
        session = self.told.session
        candidate = Candidate(server.url, server.http, session["id"], session["candidate_token"])
        self._happens()
        if (await candidate.get()).raise_for_status().json()["status"] == "created":
            await candidate.consent(ai_evaluation=False)
        return candidate

    async def _speak(self, watched: "_Watched", peer: PublishingClient, index: int) -> None:
        await self._start(watched, index)
        unsaid = self._unsaid[index]
        while unsaid:
            word = unsaid.pop(0)
            packets = [packet.data for packet in encode(tones([word]))][:PACKETS_PER_WORD]
            for start in range(0, len(packets), PACKETS_PER_EVENT):
                await peer.play(packets[start : start + PACKETS_PER_EVENT])
                self._happens()
                watched.require()
            self.said.append((word, asyncio.get_running_loop().time(), self._server))

    async def _start(self, watched: "_Watched", index: int) -> None:
        if not watched.answering:
            await watched.send("start_answer", question_id=self.questions[index])
            await watched.until(lambda: watched.answering)

    async def _finish(self, watched: "_Watched", index: int) -> None:
        """What was spoken is one answer, also where its beginning was lost with the server."""
        await self._start(watched, index)
        await watched.send("finish_answer", question_id=self.questions[index])
        await watched.until(lambda: self.told.passed > index or self.told.completed)

    async def _type(self, candidate: Candidate, watched: "_Watched", index: int) -> None:
        question_id, text = self.questions[index], f"{self.told.key} wrote {index}"
        self._happens()
        answer = await candidate.type_answer(question_id, text)
        if answer.status_code == 200:
            self.told.typed[text] = question_id
        self._happens()
        await watched.until(lambda: self.told.passed > index or self.told.completed)


async def _signed_in(server: Process) -> dict[str, str]:
    form = {"username": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
    token = (await server.http.post("/api/token", data=form)).raise_for_status().json()
    return {"Authorization": f"Bearer {token['access_token']}"}


class _Watched:
    """The channel of one connection: everything that it says is remembered and compared."""

    def __init__(self, story: Story, channel: Channel) -> None:
        self.answering = False
        self._story = story
        self._channel = channel
        self._changed = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._take(self._channel.messages[0])
        self._reading = asyncio.create_task(self._read(), name="kill_story.read")
        self._reading.add_done_callback(lambda _task: self._changed.set())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self._reading is not None
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def send(self, kind: str, **fields: Any) -> None:
        self._story._happens()
        await self._channel.send(kind, **fields)
        self._story._happens()

    def require(self) -> None:
        """Raises `ConnectionError` once the channel is closed."""
        assert self._reading is not None
        if self._reading.done():
            raise ConnectionError("the channel is closed")

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.require()
                self._changed.clear()
                await self._changed.wait()

    async def _read(self) -> None:
        while True:
            self._take(await self._channel.next())
            self._changed.set()
            self._story._happens()

    def _take(self, message: dict[str, Any]) -> None:
        """Remember; a server may not take back what it said."""
        told, story = self._story.told, self._story
        if message["type"] == "stt_result" and message["is_final"]:
            known = told.finals.setdefault(message["seq"], message["text"])
            if known != message["text"]:
                told.contradictions.append(f"{message['seq']}: {known!r} became {message['text']!r}")
        elif message["type"] == "state":
            self.answering = message["answering"]
            told.completed = told.completed or message["status"] == "completed"
            if message["question_id"] in story.questions:
                at = story.questions.index(message["question_id"])
                if at < told.passed:
                    told.contradictions.append(f"back from question {told.passed} to {at}")
                told.passed = max(told.passed, at)


def kill_moments(seed: int) -> Iterator[tuple[int, float]]:
    """For each life of a server: after how many events it is killed, and how many seconds after that."""
    chance = random.Random(seed)  # noqa: S311 (a seed, not a secret)
    while True:
        after = chance.choice([0, *(chance.randrange(1, most) for most in (12, 60, 60, 240))])
        yield after, chance.choice([0.0, chance.uniform(0, 0.02), chance.uniform(0, 0.2)])
