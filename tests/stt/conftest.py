"""What the tests of recognition share."""

import asyncio
from collections.abc import Callable, Iterable

import pytest

from viva.audio import AudioPacket, SpeechEvent, SpeechResult
from viva.stt import Relay


class Events(list[SpeechEvent]):
    """What a relay told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    def take(self, event: SpeechEvent) -> None:
        self.append(event)
        self._changed.set()

    @property
    def finals(self) -> list[SpeechResult]:
        return [event for event in self if isinstance(event, SpeechResult) and event.is_final]

    @property
    def words(self) -> list[str]:
        return [word for final in self.finals for word in final.text.split()]

    async def until(self, condition: Callable[["Events"], object], timeout_s: float = 60) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
async def events() -> Events:
    return Events()


async def play(relay: Relay, packets: Iterable[AudioPacket], *, start_ms: int = 0) -> None:
    """Feed as fast as the other side takes it, a page at a time."""
    for index, packet in enumerate(packets):
        relay.feed(packet, start_ms + packet.timestamp / 48)
        if index % 5 == 4:
            await asyncio.sleep(0)
