"""F32: whatever goes wrong in whatever order, the interview is what a simple model says it is.

    MIXED_EXAMPLES=500 MIXED_STEPS=40 MIXED_PARTS=6 .venv/bin/pytest -n 6 -s tests/whole/test_mixed_faults.py

is the long form; it tells how far it is. A real server process, its vendor and its database behind fault
proxies, its network one that doubles, delays and drops datagrams; the candidate speaks in tones, so every
word can be found again.

What is drawn depends on what was drawn before and on nothing else: a step that fails is written down, the
rest of its interview is passed over, and Hypothesis, which would try the same draws again, sees no error.
"""

import asyncio
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.support.databases import new_database
from tests.support.fault_proxy import Weather
from tests.support.mixed_interview import QUESTIONS, MixedInterview, all_transcribed
from tests.support.troubled_world import World

EXAMPLES = int(os.environ.get("MIXED_EXAMPLES", "2"))
"""Hypothesis begins with the simplest example, in which nothing happens; the next ones are drawn."""
STEPS = int(os.environ.get("MIXED_STEPS", "12"))
PARTS = int(os.environ.get("MIXED_PARTS", "1"))
"""So many share the examples, each with a world of its own: most of an interview is waiting."""
SEED = int(os.environ.get("MIXED_SEED", "32"))
LOOK_EVERY = 5
"""Interviews; what was not heard live is transcribed while the next ones go on, as in life."""
PACES = (Weather(), Weather(latency_ms=700), Weather(bandwidth_kbps=24))
WEATHERS = (Weather(), Weather(duplicate=0.3, jitter_ms=15), Weather(loss=0.03, jitter_ms=10))


class Run:
    """All interviews of one world, and what was found."""

    def __init__(self, world: World, runner: asyncio.Runner) -> None:
        self.world = world
        self.runner = runner
        self.steps: Counter[str] = Counter()
        self.spent_s: Counter[str] = Counter()
        self.interviews = 0
        self.found: list[str] = []
        self._began_s = time.monotonic()
        self.to_compare: list[MixedInterview] = []
        """Those that have ended since the last look."""

    def do(self, what: str, work: Coroutine[Any, Any, None]) -> bool:
        """One step. False if it failed; then it is among what was found."""
        began_s = time.monotonic()
        self.steps[what] += 1
        try:
            self.runner.run(work)
        except Exception as error:  # noqa: BLE001 (found, and told at the end)
            self.found.append(f"interview {self.interviews}: {what}: {error!r}")
            sys.stderr.write(traceback.format_exc())
            return False
        finally:
            self.spent_s[what] += time.monotonic() - began_s
        return True

    def ended(self, interview: MixedInterview) -> None:
        """Compare now and then."""
        self.to_compare.append(interview)
        if len(self.to_compare) == LOOK_EVERY:
            self.compare()

    def compare(self) -> None:
        """Wait until all is transcribed; hold every interview against its model."""
        if self.do("compare", self._compare()):
            self.to_compare.clear()
        minutes = (time.monotonic() - self._began_s) / 60
        sys.stderr.write(f"F32: {self.told}, {minutes:.1f} minutes\n")

    async def _compare(self) -> None:
        await all_transcribed(self.world.direct_url)
        for interview in self.to_compare:
            differences = await interview.differences()
            self.found += differences
            sys.stderr.write("".join(f"{each}\n" for each in differences))

    @property
    def told(self) -> str:
        """The figures."""
        steps = self.steps.total() - self.steps["compare"]
        return f"{self.interviews} interviews, {steps} steps, {len(self.found)} differences"


class Interview(RuleBasedStateMachine):
    """One example is one interview."""

    run_: ClassVar[Run]

    @initialize()
    def begin(self) -> None:
        self.index = 0
        self.vendor_down: Any = None
        self.run_.interviews += 1
        self.interview = MixedInterview(self.run_.world, self.run_.interviews)
        self.broken = False
        self.do("begin", self.interview.begin())

    def do(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        if self.broken:
            work.close()
        else:
            self.interview.steps.append(what)
            self.broken = not self.run_.do(what, work)

    @property
    def goes_on(self) -> bool:
        """The last question is left for the end."""
        return self.index < QUESTIONS - 1

    @precondition(lambda self: self.goes_on)
    @rule(count=st.integers(1, 3))
    def speak(self, count: int) -> None:
        self.do("speak", self.interview.speak(self.index, count))

    @precondition(lambda self: self.goes_on)
    @rule()
    def speak_without_database(self) -> None:
        self.do("speak without database", self.interview.speak_without_database(self.index))

    @precondition(lambda self: self.goes_on)
    @rule()
    def speak_muted(self) -> None:
        self.do("speak muted", self.interview.speak_muted(self.index))

    @precondition(lambda self: self.goes_on)
    @rule(typed=st.integers(0, 2))
    def step(self, typed: int) -> None:
        """To the next question: by ending the spoken answer, or by a typed one that is sent so many times."""
        if typed:
            self.do("type", self.interview.type(self.index, typed))
        else:
            self.do("finish", self.interview.finish(self.index))
        self.index += 1

    @precondition(lambda self: self.index > 0)
    @rule(kind=st.sampled_from(["start_answer", "finish_answer", "next"]))
    def repeat_what_is_past(self, kind: str) -> None:
        self.do("repeat", self.interview.repeat(self.index - 1, kind))

    @rule()
    def leave(self) -> None:
        self.do("leave", self._leave())

    async def _leave(self) -> None:
        await self.interview.person.leave()

    @rule()
    def lose_server(self) -> None:
        """Its name comes after `leave`: Hypothesis begins with a whole example of the first rule."""
        self.do("kill", self.interview.killed(self.run_.to_compare))

    @rule()
    def reset_vendor(self) -> None:
        self.do("reset vendor", self._at_once(self.run_.world.to_vendor.reset_peer))

    @rule()
    def toggle_vendor(self) -> None:
        self.do("vendor away or back", self._toggle_vendor(away=self.vendor_down is None))

    async def _toggle_vendor(self, *, away: bool) -> None:
        if away:
            self.vendor_down = self.run_.world.to_vendor.down()
            await self.vendor_down.__aenter__()
        elif self.vendor_down is not None:
            down, self.vendor_down = self.vendor_down, None
            await down.__aexit__(None, None, None)

    @rule(pace=st.sampled_from(PACES))
    def change_vendors_pace(self, pace: Weather) -> None:
        """An engine that is slow is not away: it answers late, or takes less than is said."""
        self.do("vendor's pace", self._at_once(lambda: setattr(self.run_.world.to_vendor, "to_server", pace)))

    @rule()
    def reset_database(self) -> None:
        self.do("reset database", self._at_once(self.run_.world.to_database.reset_peer))

    @rule(weather=st.sampled_from(WEATHERS))
    def change_network(self, weather: Weather) -> None:
        self.do("network", self._at_once(lambda: setattr(self.run_.world.network, "to_server", weather)))

    async def _at_once(self, act: Callable[[], Any]) -> None:
        act()

    def teardown(self) -> None:
        """All faults over: the interview is finished, and then it is what the model says."""
        if hasattr(self, "interview"):
            self.run_.world.network.to_server = self.run_.world.to_vendor.to_server = Weather()
            self.run_.do("vendor back", self._toggle_vendor(away=False))
            self.do("end", self.interview.end(self.index))
            if not self.broken:
                self.run_.ended(self.interview)


@pytest.mark.parametrize("part", range(PARTS))
def test_F32_whatever_goes_wrong_in_whatever_order_the_model_and_the_system_agree(
    postgres_url: str, template_database: str, tmp_path: Path, part: int
) -> None:
    examples = EXAMPLES // PARTS + (part < EXAMPLES % PARTS)
    with asyncio.Runner() as runner:
        database = new_database(postgres_url, f"viva_mixed_{part}", template=template_database)
        world = World(runner.run(database.__aenter__()), tmp_path)
        run = Interview.run_ = Run(runner.run(world.__aenter__()), runner)
        try:
            run_state_machine_as_test(
                seed(SEED + part)(Interview),
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
            run.compare()
        finally:
            runner.run(world.__aexit__(None, None, None))
            runner.run(database.__aexit__(None, None, None))
            spent = {what: f"{count} in {run.spent_s[what]:.0f} s" for what, count in run.steps.items()}
            sys.stdout.write(f"\nF32: {run.told} {spent}\n")
    assert run.found == []
