import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import structlog

from viva.events import AnyEvent, SessionCreated, UtteranceHeard
from viva.platform.bus import Bus, JsonEvents

PATIENCE_S = 20
SESSION = UUID("0198c0de-0000-7000-8000-000000000001")
BACKLOG = 256


def heard(seq: int) -> UtteranceHeard:
    return UtteranceHeard(session_id=SESSION, seq=seq)


async def take(events: AsyncIterator[object], count: int) -> list[object]:
    async with asyncio.timeout(PATIENCE_S):
        return [await anext(events) for _ in range(count)]


def memory() -> Bus:
    return Bus(JsonEvents(AnyEvent))


async def test_every_listener_hears_every_event_in_order() -> None:
    async with memory() as bus, bus.listen() as one, bus.listen() as two:
        events = [SessionCreated(session_id=SESSION), heard(1), heard(2)]
        for event in events:
            bus.publish(event)
        assert await take(one, 3) == events
        assert await take(two, 3) == events


async def test_nobody_listening_is_no_error() -> None:
    async with memory() as bus:
        bus.publish(heard(1))
        async with bus.listen() as events:
            bus.publish(heard(2))
            assert (await take(events, 1))[-1] in (heard(1), heard(2))


async def test_a_slow_listener_loses_the_oldest_and_slows_nobody() -> None:
    async with memory() as bus, bus.listen() as slow, bus.listen() as quick:
        for seq in range(BACKLOG + 50):
            bus.publish(heard(seq))
            assert await take(quick, 1) == [heard(seq)]
        late = await take(slow, BACKLOG)
        assert late[-1] == heard(BACKLOG + 49)
        assert late[0] == heard(50)


async def test_an_unreadable_event_is_logged_and_the_next_one_heard() -> None:
    class Torn(JsonEvents):
        def encode(self, event: object) -> bytes:
            return b"{torn" if event == heard(1) else super().encode(event)

    async with Bus(Torn(AnyEvent)) as bus, bus.listen() as events:
        with structlog.testing.capture_logs() as logs:
            bus.publish(heard(1))
            bus.publish(heard(2))
            assert await take(events, 1) == [heard(2)]
    assert [entry["event"] for entry in logs] == ["bus_event_unreadable"]


async def test_a_listener_that_leaves_leaves_the_others_listening() -> None:
    async with memory() as bus, bus.listen() as stays:
        async with bus.listen():
            pass
        bus.publish(heard(1))
        assert await take(stays, 1) == [heard(1)]
