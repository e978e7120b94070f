"""An interview that nobody is in any more goes only when nothing is owed, and can be returned to until then.

A second one beside it could end the answer of which words are owed. A process killed then would leave an
answer that is over and a transcript that lacks its end, and nothing by which anybody could tell.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.support.candidate import eventually
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.opus import encode, tones
from tests.support.server import Served

from viva.media import Attendance
from viva.room import live as live_module
from viva.room.hub import Hub

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPOKEN = [packet.data for packet in encode(tones([1, 2, 3]))]


async def _missed(served: Served, question_id: str) -> int:
    database = await served.part("database")
    async with database.uow() as work:
        found = await work.db.scalar(
            text("select count(*) from missed_spans where question_id = :question"), {"question": question_id}
        )
    return int(found)


async def test_F01_an_answer_ends_only_when_what_is_owed_of_it_is_written_down(
    served: Served, vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is closed and another one types, while a recogniser that says nothing still has the words."""
    monkeypatch.setattr(live_module, "FINALIZE_TIMEOUT_S", 1.0)
    monkeypatch.setattr(vendor, "always", Fault(silent=True))
    known = len(vendor.connections)
    candidate = await served.new_candidate(language="en")
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(SPOKEN)
        await vendor.until(lambda: any(heard.decoder.packets for heard in vendor.connections[known:]))
    hub, session_id = await served.part("hub"), UUID(candidate.session_id)

    async def left() -> bool:
        return session_id in hub._resting or session_id not in hub._live

    await eventually(left)
    (await candidate.type_answer(first)).raise_for_status()
    assert await _missed(served, first) == 1


async def test_F01_whoever_leaves_as_the_interview_ends_leaves_nothing_that_says_that_somebody_is_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs would wait for them as long as the process lives."""
    ending, through = asyncio.Event(), asyncio.Event()
    real = asyncio.to_thread

    async def to_thread(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if getattr(call, "__func__", None) is Attendance.end:
            ending.set()
            await through.wait()
        return await real(call, *args, **named)

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    candidate = await served.new_candidate(language="en")
    first, *others = await candidate.questions()
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(SPOKEN)
        for question_id in (first, *others):
            (await candidate.type_answer(question_id)).raise_for_status()
        await channel.state(status="completed")
        await ending.wait()
    hub, session_id = await served.part("hub"), UUID(candidate.session_id)

    async def gone() -> bool:
        return session_id not in hub._live

    await eventually(gone)
    for _ in range(100):  # whatever it does as it closes
        await asyncio.sleep(0)
    through.set()
    recordings = await served.part("recordings")

    async def unattended() -> bool:
        return not await recordings.attended(session_id)

    await eventually(unattended, 20)


async def test_whoever_comes_back_goes_on_with_the_interview_that_is_still_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub: Hub = await served.part("hub")
    session_id = UUID((await served.new_candidate()).session_id)
    through, begun, woken = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def rest() -> None:
        begun.set()
        try:
            await through.wait()
        except asyncio.CancelledError:
            woken.set()
            raise

    async with hub.interview(session_id) as first:
        monkeypatch.setattr(first, "rest", rest)
    await begun.wait()
    async with hub.interview(session_id) as second:
        assert second is first
        await woken.wait()
        through.set()
        begun.clear()
    await begun.wait()

    async def gone() -> bool:
        return session_id not in hub._live

    await eventually(gone)
    assert session_id not in hub._resting
    assert session_id not in hub._users


async def test_an_interview_that_cannot_rest_goes_all_the_same(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub: Hub = await served.part("hub")
    session_id = UUID((await served.new_candidate()).session_id)

    async def rest() -> None:
        raise RuntimeError("nobody thought of this")

    async def gone() -> bool:
        return session_id not in hub._live

    async with hub.interview(session_id) as live:
        monkeypatch.setattr(live, "rest", rest)
    await eventually(gone)
    async with hub.interview(session_id) as other:
        assert other is not live
