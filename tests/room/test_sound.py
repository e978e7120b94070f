"""F16: a page that sends its sound over a socket is told that it is heard, and notices when it is not."""

import asyncio

import pytest
from tests.support.media_sink import KeepingSink

from viva.media import SoundConnection
from viva.room import sound
from viva.room.sound import HEARD_MS, PULSE, SoundSocket


async def test_F16_only_a_page_that_was_heard_a_moment_ago_is_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sound, "PULSE_S", 0.0)
    now_ms, told, enough = [0.0], list[str](), asyncio.Event()
    connection = SoundConnection(KeepingSink(), lambda: now_ms[0])

    async def receive():
        await asyncio.Event().wait()

    async def send(text: str) -> None:
        told.append(text)
        if len(told) == 3:
            now_ms[0] += HEARD_MS
            enough.set()

    async def still_good() -> bool:
        return True

    socket = SoundSocket(receive, send, connection, lambda: now_ms[0])
    running = asyncio.create_task(socket.run(still_good))
    await enough.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    assert told == [PULSE] * 3
    connection.feed(b"")
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(told) > 3
    await connection.close()
    assert await running == 1000
