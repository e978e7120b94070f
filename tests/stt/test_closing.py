"""A vendor that went away without a word holds up neither the next stream nor the end of an interview."""

import asyncio
import contextlib

import pytest
from tests.support.deepgram_server import DeepgramServer
from tests.support.fault_proxy import FaultProxy, Weather
from tests.support.virtual_time import VirtualTimeLoop

from viva.stt import StreamOptions
from viva.stt.deepgram import CLOSE_S, DeepgramTranscriber
from viva.stt.errors import StreamLost

SLACK_S = 0.5
"""The virtual clock runs on while the machine works."""


async def closing_s(how: BaseException | None) -> float:
    """How long leaving a stream takes on the virtual clock, when nothing passes between us any more."""
    loop = asyncio.get_running_loop()
    async with (
        DeepgramServer() as server,
        FaultProxy(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as proxy,
    ):
        engine = DeepgramTranscriber(server.key, "ws://{}:{}".format(*proxy.address))
        with contextlib.suppress(StreamLost, asyncio.CancelledError):
            async with engine.session(StreamOptions(language="en")):
                proxy.to_server = proxy.to_client = Weather(timeout=True)
                leaves_s = loop.time()
                if how is not None:
                    raise how
        return loop.time() - leaves_s


@pytest.mark.parametrize(
    ("how", "within_s"),
    [(None, CLOSE_S), (StreamLost(reason="no answer"), 0.0), (asyncio.CancelledError(), 0.0)],
    ids=["as agreed", "lost", "no longer waited for"],
)
def test_F04_leaving_a_stream_takes_two_seconds_at_most_and_none_if_it_was_lost(how, within_s) -> None:
    """Left to itself, the SDK's client takes half a minute."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert runner.run(closing_s(how)) < within_s + SLACK_S
