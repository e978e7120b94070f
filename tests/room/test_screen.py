"""A screen sends in order, and a slow one is closed instead of remembered without end (F19)."""

import asyncio
import json

import pytest

from viva.room import screen as subject
from viva.room.messages import Notice
from viva.room.screen import CLOSE_SLOW, QUEUE_BYTES, QUEUE_MESSAGES, Screen


class FakeSocket:
    """Takes frames, or holds them up until it is released."""

    def __init__(self, *, stuck: bool = False, error: Exception | None = None) -> None:
        self.sent: list[str] = []
        self.closed: int | None = None
        self.flowing = asyncio.Event()
        self._error = error
        if not stuck:
            self.flowing.set()

    async def send_text(self, data: str) -> None:
        if self._error is not None:
            raise self._error
        await self.flowing.wait()
        self.sent.append(data)

    async def close(self, code: int) -> None:
        self.closed = code


def notice(number: int, size: int = 1) -> Notice:
    return Notice(code=str(number), message="x" * size)


async def test_messages_go_out_in_order_and_before_the_close() -> None:
    socket = FakeSocket()
    screen = Screen(socket, may_act=True)
    for number in range(5):
        screen.send(notice(number))
    screen.close(4001)
    screen.send(notice(99))
    await screen.pump()
    assert [json.loads(frame)["code"] for frame in socket.sent] == ["0", "1", "2", "3", "4"]
    assert socket.closed == 4001


@pytest.mark.parametrize(("count", "size"), [(QUEUE_MESSAGES + 1, 1), (3, QUEUE_BYTES // 2)])
async def test_F19_too_many_messages_or_bytes_behind_close_with_1013(count: int, size: int) -> None:
    socket = FakeSocket()
    screen = Screen(socket, may_act=False)
    for number in range(count):
        screen.send(notice(number, size))
    await screen.pump()
    assert (socket.sent, socket.closed) == ([], CLOSE_SLOW)


async def test_whoever_asks_for_more_than_a_queue_holds_gets_it_in_order() -> None:
    socket, count = FakeSocket(), 3 * QUEUE_MESSAGES
    screen = Screen(socket, may_act=True)
    pump = asyncio.create_task(screen.pump())
    for number in range(count):
        await screen.room()
        screen.send(notice(number))
    screen.close(1000)
    await pump
    assert [json.loads(frame)["code"] for frame in socket.sent] == [*map(str, range(count))]
    assert socket.closed == 1000


async def test_nobody_waits_for_room_on_a_screen_that_is_gone() -> None:
    screen = Screen(FakeSocket(), may_act=True)
    for number in range(QUEUE_MESSAGES):
        screen.send(notice(number))
    waiting = asyncio.create_task(screen.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    screen.close(1000)
    await waiting


async def test_F19_a_frame_that_is_not_taken_in_time_closes_with_1013(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "SEND_TIMEOUT_S", 0.01)
    socket = FakeSocket(stuck=True)
    screen = Screen(socket, may_act=False)
    screen.send(notice(1))
    await screen.pump()
    assert (socket.sent, socket.closed) == ([], CLOSE_SLOW)


async def test_a_peer_that_is_gone_ends_the_pump_without_an_error() -> None:
    screen = Screen(FakeSocket(error=ConnectionResetError()), may_act=True)
    screen.send(notice(1))
    await screen.pump()
