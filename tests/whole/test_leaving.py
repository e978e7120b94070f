"""F14, a deploy in the middle of interviews: everybody is told, nothing is lost, it goes on afterwards."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from tests.support.candidate import Candidate, Channel
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import encode, tones
from tests.support.process import Process
from tests.support.server import settings_for
from tests.support.warm import WarmServers
from websockets.exceptions import ConnectionClosed

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIVE = 5
WORDS = list(range(1, 6))


async def _speaking(stack: AsyncExitStack, server: Process) -> tuple[Candidate, Channel]:
    candidate = await server.new_candidate()
    first = (await candidate.questions())[0]
    channel = await stack.enter_async_context(candidate.channel())
    peer = await stack.enter_async_context(candidate.microphone())
    await channel.send("start_answer", question_id=first)
    await channel.state(answering=True)
    await peer.play(packet.data for packet in encode(tones(WORDS)))
    return candidate, channel


async def _to_the_end(channel: Channel) -> int | None:
    try:
        while True:
            await channel.next()
    except ConnectionClosed:
        return channel.socket.close_code


@asynccontextmanager
async def _house(
    database_url: str, folder: Path
) -> AsyncIterator[tuple[WarmServers, DeepgramServer, object]]:
    async with DeepgramServer(ears=ToneEars, words_per_final=50) as vendor, WarmServers() as warm:
        yield (
            warm,
            vendor,
            settings_for(
                database_url, folder, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
            ),
        )


async def test_F14_a_stop_with_five_live_interviews_tells_everybody_loses_no_word_and_ends_well(
    database_url: str, tmp_path: Path
) -> None:
    """Fifty words make a final here, so every word is still under way when the signal comes."""
    log = tmp_path / "server.log"
    async with _house(database_url, tmp_path) as (warm, vendor, settings):
        async with warm.process_of(settings, log) as server, AsyncExitStack() as stack:
            await server.ready()
            live = await asyncio.gather(*(_speaking(stack, server) for _ in range(LIVE)))
            began_s = time.monotonic()
            assert await server.end(signal.SIGTERM) == 0
            ended_s = time.monotonic() - began_s
            codes = [await _to_the_end(channel) for _, channel in live]
        assert set(codes) == {1012}
        for _, channel in live:
            told = [message["code"] for message in channel.messages if message["type"] == "notice"]
            assert "restarting" in told
            assert " ".join(final["text"] for final in channel.finals).split() == [str(w) for w in WORDS]
        assert [heard.controls[-1] for heard in vendor.connections] == ["CloseStream"] * LIVE
        assert vendor.controls.count("Finalize") >= LIVE
        async with warm.process_of(settings, log) as server:
            began_s = time.monotonic()
            await server.ready()
            for candidate, channel in live:
                again = Candidate(server.url, server.http, candidate.session_id, "")
                again.headers = candidate.headers
                async with again.channel() as resumed:
                    state = resumed.messages[0]
                    assert (state["answering"], state["seq"]) == (True, len(channel.finals))
                parts = (await again.get("/recording")).status_code
                assert parts == 200
            resumed_s = time.monotonic() - began_s
            sys.stdout.write(f"\nF14: stopped in {ended_s:.1f} s, all resumed in {resumed_s:.1f} s\n")
            assert await server.end(signal.SIGTERM) == 0
    said = log.read_text()
    assert "Traceback" not in said
    assert "task_failed" not in said
