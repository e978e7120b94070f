"""F32: whatever goes wrong in whatever order, the interview is what a simple model says it is.

    MIXED_EXAMPLES=500 MIXED_STEPS=40 .venv/bin/pytest -s tests/whole/test_mixed_faults.py

is the long form. A real server process, its vendor and its database behind fault proxies, its network one
that doubles, delays and drops datagrams; the candidate speaks in tones, so every word can be found again.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.candidate import eventually
from tests.support.databases import new_database
from tests.support.fault_proxy import Weather
from tests.support.opus import encode, tones
from tests.support.troubled_world import PATIENCE_S, Person, World

EXAMPLES = int(os.environ.get("MIXED_EXAMPLES", "1"))
STEPS = int(os.environ.get("MIXED_STEPS", "12"))
UNSAVED_S = 5.0
"""F01 says one second of sound; a busy machine may take longer to write it."""
WEATHERS = (Weather(), Weather(duplicate=0.3, jitter_ms=15), Weather(loss=0.03, jitter_ms=10))


class Model:
    """What should be there: for each question the words, and those that a kill may have taken."""

    def __init__(self) -> None:
        self.index = 0
        self.next_word = 0
        self.said: dict[int, tuple[int, float]] = {}
        self.maybe: set[int] = set()
        self.typed: dict[int, str] = {}

    def killed(self, acknowledged: set[int]) -> None:
        now_s = time.monotonic()
        self.maybe |= {
            word for word, (_, at_s) in self.said.items()
            if now_s - at_s < UNSAVED_S and word not in acknowledged
        }  # fmt: skip


class Interview(RuleBasedStateMachine):
    """One example is one interview."""

    world: ClassVar[World]
    runner: ClassVar[asyncio.Runner]
    steps: ClassVar[Counter[str]] = Counter()

    def do(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        self.steps[what] += 1
        self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.vendor_down: Any = None
        self.do("begin", self._begin())

    async def _begin(self) -> None:
        candidate = await self.world.server.new_candidate()
        self.questions = await candidate.questions()
        self.person = Person(self.world, candidate)

    @property
    def goes_on(self) -> bool:
        """The last question is left for the end."""
        return self.model.index < len(self.questions) - 1

    @property
    def acknowledged(self) -> set[int]:
        return {int(word) for said in self.person.finals.values() for word in said.split() if word.isdigit()}

    @precondition(lambda self: self.goes_on)
    @rule(count=st.integers(1, 3))
    def speak(self, count: int) -> None:
        self.do("speak", self._speak(count))

    async def _speak(self, count: int) -> None:
        await self._start()
        peer = await self.person.microphone()
        for _ in range(count):
            word, self.model.next_word = self.model.next_word, self.model.next_word + 1
            await peer.play([packet.data for packet in encode(tones([word]))][:15])
            self.model.said[word] = (self.model.index, time.monotonic())

    async def _start(self) -> None:
        person, question = self.person, self.questions[self.model.index]
        await person.until("start_answer", lambda: bool(person.state.get("answering")), question_id=question)

    @precondition(lambda self: self.goes_on)
    @rule()
    def finish(self) -> None:
        self.do("finish", self._finish())

    async def _finish(self) -> None:
        await self._start()
        person, question = self.person, self.questions[self.model.index]
        await person.until(
            "finish_answer", lambda: person.state["question_id"] != question, question_id=question
        )
        self.model.index += 1

    @precondition(lambda self: self.goes_on)
    @rule(times=st.integers(1, 3))
    def type_answer(self, times: int) -> None:
        self.do("type", self._type(times))

    async def _type(self, times: int) -> None:
        """Sent several times at once, as an impatient person does."""
        question, said = self.questions[self.model.index], f"wrote {self.model.index}"
        await self.person.channel()

        async def taken() -> bool:
            send = self.person.candidate.type_answer
            answers = await asyncio.gather(*(send(question, said) for _ in range(times)))
            codes = {answer.status_code for answer in answers}
            assert codes <= {200, 409, 503}, codes
            return bool(codes & {200, 409})

        await eventually(taken, timeout_s=PATIENCE_S)
        self.model.typed[self.model.index] = said
        self.model.index += 1

    @precondition(lambda self: self.model.index > 0)
    @rule(kind=st.sampled_from(["start_answer", "finish_answer", "next"]))
    def repeat_what_is_past(self, kind: str) -> None:
        """A duplicate, or a message that comes after the ones that were sent later."""
        person, past = self.person, self.questions[self.model.index - 1]
        known = len(person.errors)
        self.do("repeat", person.until(kind, lambda: len(person.errors) > known, question_id=past))

    @rule()
    def leave(self) -> None:
        self.do("leave", self.person.leave())

    @rule()
    def kill(self) -> None:
        self.do("kill", self._kill())

    async def _kill(self) -> None:
        await self.world.kill()
        self.model.killed(self.acknowledged)
        await self.person.leave()
        await self.world.start()

    @rule()
    def reset_vendor(self) -> None:
        self.do("reset vendor", self._async(self.world.to_vendor.reset_peer))

    @rule()
    def toggle_vendor(self) -> None:
        self.do("vendor away or back", self._toggle_vendor(away=self.vendor_down is None))

    async def _toggle_vendor(self, *, away: bool) -> None:
        if away and self.vendor_down is None:
            self.vendor_down = self.world.to_vendor.down()
            await self.vendor_down.__aenter__()
        elif not away and self.vendor_down is not None:
            down, self.vendor_down = self.vendor_down, None
            await down.__aexit__(None, None, None)

    @rule()
    def reset_database(self) -> None:
        self.do("reset database", self._async(self.world.to_database.reset_peer))

    @precondition(lambda self: self.goes_on)
    @rule()
    def speak_without_database(self) -> None:
        self.do("speak without database", self._speak_without_database())

    async def _speak_without_database(self) -> None:
        await self._start()
        await self.person.microphone()
        async with self.world.to_database.down():
            await self._speak(1)

    @rule(weather=st.sampled_from(WEATHERS))
    def change_network(self, weather: Weather) -> None:
        self.world.network.to_server = weather

    async def _async(self, act: Any) -> None:
        act()

    def teardown(self) -> None:
        if hasattr(self, "questions"):
            self.do("end", self._end())

    async def _end(self) -> None:
        """All faults over: the interview is finished, and then it is what the model says."""
        await self._toggle_vendor(away=False)
        self.world.network.to_server = Weather()
        for index in range(self.model.index, len(self.questions)):
            self.model.index = index
            await self._type(1)
        assert self.person.contradictions == []
        await self.person.leave()
        await eventually(self._settled, timeout_s=2 * PATIENCE_S)
        candidate = self.person.candidate
        assert (await candidate.get()).json()["status"] == "completed"
        self._compare(await candidate.utterances())

    async def _settled(self) -> bool:
        engine = create_async_engine(self.world.direct_url)
        async with engine.begin() as connection:
            jobs = "where name = 'transcribe_missed' and claim is null"
            await connection.execute(text(f"update jobs set due_at = now() {jobs}"))  # noqa: S608 (our own)
            left = await connection.execute(
                text("select 1 from missed_spans where settled_at is null limit 1")
            )
            found = left.all()
        await engine.dispose()
        return not found

    def _compare(self, utterances: list[dict[str, Any]]) -> None:
        stored = {u["seq"]: u["text"] for u in utterances}
        assert sorted(stored) == list(range(1, len(stored) + 1))
        assert self.person.finals.items() <= stored.items(), "what was acknowledged is there"
        at = {question_id: index for index, question_id in enumerate(self.questions)}
        typed = [(at[u["question_id"]], u["text"]) for u in utterances if "wrote" in u["text"]]
        assert sorted(typed) == sorted(self.model.typed.items()), "typed once"
        heard = [
            (int(word), at[u["question_id"]])
            for u in utterances
            if "wrote" not in u["text"]
            for word in u["text"].split()
            if word.isdigit()
        ]
        words = Counter(word for word, _ in heard)
        assert [word for word, count in words.items() if count > 1] == [], "doubled"
        assert set(self.model.said) - set(words) <= self.model.maybe, "lost"
        assert [(w, i) for w, i in heard if w in self.model.said and self.model.said[w][0] != i] == []


def test_F32_whatever_goes_wrong_in_whatever_order_the_model_and_the_system_agree(
    postgres_url: str, template_database: str, tmp_path: Path
) -> None:
    with asyncio.Runner() as runner:
        database = new_database(postgres_url, "viva_mixed", template=template_database)
        world = World(runner.run(database.__aenter__()), tmp_path)
        Interview.world, Interview.runner = runner.run(world.__aenter__()), runner
        Interview.steps.clear()
        try:
            run_state_machine_as_test(
                Interview,
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    derandomize=EXAMPLES == 1,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(world.__aexit__(None, None, None))
            runner.run(database.__aexit__(None, None, None))
            sys.stdout.write(f"\nF32: {sum(Interview.steps.values())} steps {dict(Interview.steps)}\n")
