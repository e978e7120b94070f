"""Whoever joins and drops leaves nothing behind in the server. `viva bench --soak` is the long form."""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.support.candidate import Candidate, eventually
from tests.support.server import Served

from viva.media import PublishingClient
from viva.media.peer import connection

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc"),
]
ROUNDS = 3
PACKETS = 40


async def hands_in(candidate: Candidate) -> None:
    """As people should."""
    question = (await candidate.questions())[0]
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=question)
        await channel.state(answering=True)
        await peer.play([b"\xfc\xff\xfe"] * PACKETS)
        await channel.send("finish_answer", question_id=question)
        await channel.state(answering=False)


async def vanishes(candidate: Candidate) -> None:
    """The lid is shut in the middle of an answer: no word on the channel, none on the media connection."""
    async with candidate.channel() as channel:
        peer = PublishingClient()
        await peer.connect(candidate.exchange, timeout_s=60)
        await channel.send("start_answer", question_id=(await candidate.questions())[0])
        await channel.state(answering=True)
        await peer.play([b"\xfc\xff\xfe"] * PACKETS)
        peer._dtls = None  # so that closing it says no farewell
        await peer.close()
        channel.socket.transport.abort()


async def comes_back(candidate: Candidate) -> None:
    """After that, with another connection, to the same interview."""
    await vanishes(candidate)
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await peer.play([b"\xfc\xff\xfe"] * PACKETS)
        await channel.send("finish_answer")
        await channel.state(answering=False)


def held() -> Counter[str]:
    """Tasks, files and sockets of this process, but not the database's, whose pool may grow."""
    lines = Path("/proc/net/unix").read_text().splitlines()[1:]
    local = {f"socket:[{line.split()[6]}]" for line in lines}
    kinds = Counter({"tasks": len(asyncio.all_tasks())})
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:  # the one by which the folder was read
            continue
        if target not in local:
            kinds["sockets" if target.startswith("socket:") else "files"] += 1
    return kinds


async def test_F27_after_joins_and_drops_tasks_sockets_and_files_return_to_their_number(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LOST_MS", 500.0)
    hub = await served.part("hub")
    ways: list[Callable[[Candidate], Awaitable[None]]] = [hands_in, vanishes, comes_back]

    async def join_and_drop() -> None:
        visits = [leave(await served.new_candidate()) for leave in ways]
        await asyncio.gather(*visits)

    async def nobody_is_in() -> bool:
        return bool(hub.running == 0)

    async def no_more_than(before: Counter[str]) -> bool:
        return await nobody_is_in() and held() <= before

    await join_and_drop()
    await eventually(nobody_is_in)
    before = held()
    for _ in range(ROUNDS):
        await join_and_drop()
    try:
        await eventually(lambda: no_more_than(before))
    except TimeoutError:
        names = Counter(task.get_name() for task in asyncio.all_tasks())
        pytest.fail(f"{before} became {held()}; tasks: {names}")
