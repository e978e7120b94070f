"""Interviews open when they are needed first, and none is in another one's way."""

import asyncio
from uuid import UUID

import pytest
from tests.support.server import Served

from viva.room.hub import Hub
from viva.room.live import LiveInterview

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def enter(hub: Hub, session_id: UUID) -> LiveInterview:
    async with hub.interview(session_id) as live:
        return live


async def test_an_interview_that_opens_slowly_holds_up_no_other(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub: Hub = await served.part("hub")
    slow, other = [UUID((await served.new_candidate()).session_id) for _ in range(2)]
    may_open, opened, really_open = asyncio.Event(), list[UUID](), hub._open

    async def open_late(session_id: UUID) -> LiveInterview:
        if session_id == slow:
            await may_open.wait()
        opened.append(session_id)
        return await really_open(session_id)

    monkeypatch.setattr(hub, "_open", open_late)
    waiting = [asyncio.create_task(enter(hub, slow)) for _ in range(2)]
    assert (await enter(hub, other)).session.id == other
    assert opened == [other]
    async with hub.interview(other):
        may_open.set()
        first, second = await asyncio.gather(*waiting)
    assert {first.session.id, second.session.id} == {slow}
    assert not hub._doors
