"""A stretch of the recording that no engine can hear is given back soon, for a later attempt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.stt.test_slow_engine import Engine, on_virtual_time
from tests.support.media_packets import sound

from viva.room.listening_again import GIVE_UP_AFTER_S, EngineAway, listen_again
from viva.stt import Refused, StreamLost, StreamOptions, TranscriberStream


class Failing(Engine):
    """Cannot be opened."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    @asynccontextmanager
    async def session(self, _options: StreamOptions) -> AsyncIterator[TranscriberStream]:
        raise self._error
        yield


@pytest.mark.parametrize("error", [Refused(), StreamLost(reason="away"), RuntimeError("its own")], ids=str)
def test_F07_an_engine_that_cannot_be_opened_is_given_up_within_seconds_whatever_it_fails_by(error):
    async def scene() -> None:
        loop, packets = asyncio.get_running_loop(), [sound(number) for number in range(3_000)]
        began_s = loop.time()
        with pytest.raises(EngineAway):
            await listen_again(Failing(error), StreamOptions(language="en"), packets, pace=1_000.0)
        assert loop.time() - began_s < 4 * GIVE_UP_AFTER_S

    on_virtual_time(scene())
