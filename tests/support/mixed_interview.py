"""One interview in a troubled world, and what a simple model says must be in its transcript (F32)."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.candidate import Candidate, eventually
from tests.support.opus import encode, tones
from tests.support.troubled_world import PATIENCE_S, Person, World

from viva.room.muting import IN_FLIGHT_MS

QUESTIONS = 5
UNSAVED_S = 5.0
"""F01 says one second of sound; a busy machine may take longer to write it."""
PACKETS_PER_WORD = 15
ON_ITS_WAY_S = 0.3
"""A lost packet is sent again within a quarter of a second. A page that is muted sends nothing at all."""
MUTED_WORD = 300
"""No interview has so many words."""


class MixedInterview:
    """The model is four lines long: words and where they were said, which of them a kill may have taken, and
    what was typed. The rest does what a candidate does."""

    def __init__(self, world: World, number: int) -> None:
        self.said: dict[int, tuple[int, float]] = {}
        self.maybe: set[int] = set()
        self.typed: dict[int, str] = {}
        self.number = number
        self.steps: list[str] = []
        """What was done, to be told with what differs."""
        self._world = world
        self._questions: list[str] = []

    async def begin(self) -> None:
        """A session and its consent; whatever is unavailable for a moment is asked for again."""

        async def begun() -> Candidate | None:
            try:
                return await self._world.server.new_candidate()
            except httpx.HTTPStatusError as error:
                if error.response.status_code != 503:
                    raise
                return None

        candidate: Candidate = await eventually(begun, timeout_s=PATIENCE_S)
        self._questions = await candidate.questions()
        assert len(self._questions) == QUESTIONS
        self.person = Person(self._world, candidate)

    async def speak(self, index: int, count: int) -> None:
        """So many words, each another one."""
        await self._start(index)
        peer = await self.person.microphone()
        for _ in range(count):
            word = len(self.said)
            await peer.play([packet.data for packet in encode(tones([word]))][:PACKETS_PER_WORD])
            self.said[word] = (index, time.monotonic())

    async def speak_without_database(self, index: int) -> None:
        """A word while nothing can be stored."""
        await self._start(index)
        await self.person.microphone()
        async with self._world.to_database.down():
            await self.speak(index, 1)

    async def speak_muted(self, index: int) -> None:
        """A word that nobody may keep, from a page that sends on: to the model it was never said."""
        await self._start(index)
        person = self.person
        peer = await person.microphone()
        await self._mute(on=True)
        await asyncio.sleep(IN_FLIGHT_MS / 1000)  # our count stands still between words: see `Muting`
        await peer.play([packet.data for packet in encode(tones([MUTED_WORD]))][:PACKETS_PER_WORD])
        await asyncio.sleep(ON_ITS_WAY_S)  # what comes after the unmuting is told by when it comes
        await self._mute(on=False)

    async def _mute(self, *, on: bool) -> None:
        self.person.wants_mute = on
        await self.person.until("mute", lambda: self.person.state.get("media", {}).get("muted") is on, on=on)

    async def finish(self, index: int) -> None:
        """End the spoken answer."""
        await self._start(index)
        person, question = self.person, self._questions[index]
        await person.until(
            "finish_answer",
            lambda: person.state.get("question_id", question) != question,
            question_id=question,
        )

    async def type(self, index: int, times: int) -> None:
        """Sent several times at once, as an impatient person does."""
        question, said = self._questions[index], f"wrote {index}"
        await self.person.channel()

        async def taken() -> bool:
            send = self.person.candidate.type_answer
            answers = await asyncio.gather(*(send(question, said) for _ in range(times)))
            codes = {answer.status_code for answer in answers}
            assert codes <= {200, 409, 503}, codes
            return bool(codes & {200, 409})

        await eventually(taken, timeout_s=PATIENCE_S)
        self.typed[index] = said

    async def repeat(self, index: int, kind: str) -> None:
        """A duplicate, or a message that comes after the ones that were sent later: refused."""
        person = self.person
        known = len(person.errors)
        await person.until(kind, lambda: len(person.errors) > known, question_id=self._questions[index])

    async def killed(self, before: Iterable["MixedInterview"]) -> None:
        """The server is gone at once, and back: in the middle of this interview, soon after those before."""
        await self._world.kill()
        for interview in (*before, self):
            interview.doubt()
        await self.person.leave()
        await self._world.start()

    def doubt(self) -> None:
        """Of what nobody acknowledged, the last sound may be lost with a server that is killed now."""
        now_s, finals = time.monotonic(), self.person.finals.values()
        told = " ".join(said for said in finals if "wrote" not in said).split()
        late = {word for word, (_, at_s) in self.said.items() if now_s - at_s < UNSAVED_S}
        self.maybe |= {word for word in late if str(word) not in told}

    async def end(self, index: int) -> None:
        """Everything that is left is typed."""
        for left in range(index, QUESTIONS):
            await self.type(left, 1)
        assert self.person.contradictions == []
        await self.person.leave()

    async def differences(self) -> list[str]:
        """Between the model and the transcript, once everything is transcribed."""
        candidate = self.person.here()
        status = (await candidate.get()).raise_for_status().json()["status"]
        found = [] if status == "completed" else [f"status: {status}"]
        found += self._compared(await candidate.utterances())
        return [f"interview {self.number}: {each} after {', '.join(self.steps)}" for each in found]

    def _compared(self, utterances: list[dict[str, Any]]) -> list[str]:
        stored = {u["seq"]: u["text"] for u in utterances}
        index_of = {question_id: index for index, question_id in enumerate(self._questions)}
        told = [(index_of[u["question_id"]], u["text"]) for u in utterances]
        typed = sorted(each for each in told if "wrote" in each[1])
        words = [(word, index) for index, said in told if "wrote" not in said for word in said.split()]
        heard = [(int(word), index) for word, index in words if word.isdigit()]  # else cut in the middle
        often = Counter(word for word, _ in heard)
        acknowledged = self.person.finals.items() - stored.items()
        lost = self.said.keys() - often.keys() - self.maybe
        found = {
            "numbers": [] if sorted(stored) == list(range(1, len(stored) + 1)) else sorted(stored),
            "acknowledged and not there": sorted(acknowledged),
            "typed": [] if typed == sorted(self.typed.items()) else typed,
            "doubled": [word for word, count in often.items() if count > 1],
            "lost": sorted(lost),
            "never said": sorted(often.keys() - self.said.keys()),
            "at another question": [
                each for each in heard if self.said.get(each[0], each[::-1])[0] != each[1]
            ],
        }
        return [f"{what}: {which}" for what, which in found.items() if which]

    async def _start(self, index: int) -> None:
        person, question = self.person, self._questions[index]

        def answering() -> bool:
            return person.state.get("question_id") == question and person.state["answering"] is True

        await person.until("start_answer", answering, question_id=question)


async def all_transcribed(url: str, session_id: str | None = None) -> None:
    """Whatever was not heard live of all interviews, or of this one, has been heard from the recording.

    A job whose worker was killed five times is held until a person says "try again"; here nobody waits long.
    """

    async def settled() -> bool:
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                again = "due_at = now(), held_at = null, attempt = 0"
                jobs = "where name = 'transcribe_missed' and claim is null"
                await connection.execute(text(f"update jobs set {again} {jobs}"))  # noqa: S608 (our own)
                left = await connection.scalars(
                    text("select session_id from missed_spans where settled_at is null")
                )
                return not {str(each) for each in left if session_id in {None, str(each)}}
        finally:
            await engine.dispose()

    await eventually(settled, timeout_s=3 * PATIENCE_S)
