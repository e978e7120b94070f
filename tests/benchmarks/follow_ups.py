"""How soon a question follows on an answer: spoken interviews by the real server, a model of known delay.

Each way that the model may behave has a server of its own, so that none inherits the other's lessons. The
candidates answer for `ANSWER_S` and say that they are done; the time is taken from that message to the state
with another question, from outside. What is not the model's known delay is ours: the last words, the
database, the two sockets, and the machine.
"""

import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from tests.benchmarks import clip, process
from tests.benchmarks.candidate import Candidate
from tests.benchmarks.model import Spread, Wanted, spread
from tests.benchmarks.pacing import Pacer
from tests.benchmarks.run import Stage, sign_in, stage, together
from tests.support.anthropic_server import OVERLOADED, AnthropicServer, AnyReply, Says, obliging, schema_of

ANSWER_S = 1.5
BEYOND_S = 5.0
"""A delay that nobody waits for."""
QUESTIONS = 20
"""More than anybody answers in a run; two may follow on each."""


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """What one way of the model did to the answers. `ours_ms` is `followed_ms` without the known delay."""

    model: str
    answers: int
    asked: int
    """How often the model was asked for a question to follow."""
    followed: int
    followed_ms: Spread
    ours_ms: Spread
    went_on_ms: Spread
    """Of the answers on which nothing followed, where a question might have."""


class FollowUpTimes(msgspec.Struct, frozen=True, kw_only=True):
    """One run of each way."""

    interviews: int
    seconds: float
    waits: list[Waits]


class Answer(msgspec.Struct, frozen=True):
    """How long the next question took, whether it was an added one, and whether one might have been added."""

    ms: float
    followed: bool
    might: bool


async def time_follow_ups(wanted: Wanted, delay_s: float) -> FollowUpTimes:
    """A model that takes `delay_s`, one that takes too long, one that is away. Raises as `run.measure`."""
    server_cores, other_cores = process.share_cores()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, other_cores)
    ways: list[tuple[str, float, Callable[[dict[str, Any]], AnyReply]]] = [
        (f"answers after {delay_s:g} s", delay_s, after(delay_s)),
        (f"answers after {BEYOND_S:g} s", BEYOND_S, after(BEYOND_S)),
        ("is overloaded", 0.0, lambda _request: OVERLOADED),
    ]
    try:
        waits = [await time_model(wanted, *way, server_cores) for way in ways]
    finally:
        os.sched_setaffinity(0, everywhere)
    return FollowUpTimes(interviews=wanted.interviews, seconds=wanted.seconds, waits=waits)


def after(delay_s: float) -> Callable[[dict[str, Any]], Says]:
    """A model whose every answer takes that long; its follow-ups differ from each other."""
    numbers = itertools.count(1)

    def answer(request: dict[str, Any]) -> Says:
        if _is_follow_up(request):
            text = f"Which of the causes did you check first, and why, case {next(numbers)}?"
            return Says({"question": text}, delay_s=delay_s)
        return Says(obliging(request).answer, delay_s=delay_s)

    return answer


def _is_follow_up(request: dict[str, Any]) -> bool:
    return list(schema_of(request)["properties"]) == ["question"]


async def time_model(
    wanted: Wanted, name: str, delay_s: float, way: Callable[[dict[str, Any]], AnyReply], cores: set[int]
) -> Waits:
    """Interviews for `wanted.seconds` with a model that answers in this way, on a server of their own."""
    with tempfile.TemporaryDirectory(prefix="viva-follow-") as folder:
        async with AnthropicServer(way) as model:
            asking = msgspec.structs.replace(wanted, model_url=model.url)
            async with stage(asking, Path(folder), cores) as opened:
                answers = await _interviews(wanted, opened)
            asked = sum(_is_follow_up(request) for request in model.requests)
    followed = [answer.ms for answer in answers if answer.followed]
    return Waits(
        model=name,
        answers=len(answers),
        asked=asked,
        followed=len(followed),
        followed_ms=spread(followed),
        ours_ms=spread([ms - 1000 * delay_s for ms in followed]),
        went_on_ms=spread([answer.ms for answer in answers if answer.might and not answer.followed]),
    )


async def _interviews(wanted: Wanted, opened: Stage) -> list[Answer]:
    """All candidates at once, for as long as was asked for."""
    media, staff = clip.read(video=wanted.video), await sign_in(opened)
    position = await _position(opened, staff)
    answers: list[Answer] = []
    with Pacer() as pacer:
        candidates = [
            Candidate(opened.http, staff, media, pacer, ai_evaluation=True, position_id=position)
            for _ in range(wanted.interviews)
        ]
        try:
            await together([candidate.join for candidate in candidates])
            until_s = time.monotonic() + wanted.seconds
            async with asyncio.TaskGroup() as group:
                for candidate in candidates:
                    group.create_task(_answer(candidate, until_s, answers))
            await together([candidate.finish for candidate in candidates])
        finally:
            await asyncio.to_thread(pacer.stop)
            await together([candidate.leave for candidate in candidates])
    return answers


async def _answer(candidate: Candidate, until_s: float, answers: list[Answer]) -> None:
    depth = 2
    while time.monotonic() < until_s:
        await asyncio.sleep(ANSWER_S)
        ms, followed = await candidate.next_question()
        answers.append(Answer(ms, followed, might=depth > 0))
        depth = depth - 1 if followed else 2


async def _position(opened: Stage, staff: dict[str, str]) -> str:
    """One on whose every answer two questions may follow."""
    questions = [
        {"text": f"Which decision number {number} did you make at work, and why?", "competency": "experience"}
        for number in range(1, QUESTIONS + 1)
    ]
    draft = {
        "title": "Backend engineer",
        "language": "en",
        "questions": questions,
        "follow_up_depth": 2,
    }
    made = await opened.http.post("/api/positions", json=draft, headers=staff)
    position: str = made.raise_for_status().json()["id"]
    return position
