"""Many recorders' calls go to a thread together, and each keeps its own result."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from viva.media.recording.together import Together


async def test_calls_that_are_due_together_share_a_thread_and_keep_their_own_results() -> None:
    def fails() -> str:
        raise OSError("disk full")

    with ThreadPoolExecutor(4) as executor:
        together = Together(executor)
        first, failed, last = (
            together.call(threading.current_thread),
            together.call(fails),
            together.call(threading.current_thread),
        )
        together.go()
        async with asyncio.timeout(60):
            assert await first is await last
            with pytest.raises(OSError, match="disk full"):
                await failed
    assert await first is not threading.current_thread()


async def test_a_call_is_made_without_being_urged_and_nobody_waits_for_one_that_has_gone() -> None:
    with ThreadPoolExecutor(1) as executor:
        together = Together(executor)
        gone, stays = together.call(lambda: 1), together.call(lambda: 2)
        gone.cancel()
        async with asyncio.timeout(60):
            assert await stays == 2


async def test_a_call_that_fails_as_nobody_foresaw_is_that_calls_own_failure() -> None:
    def fails() -> None:
        raise OverflowError("as nobody foresaw")

    with ThreadPoolExecutor(1) as executor:
        together = Together(executor)
        before, failed, after = together.call(lambda: 1), together.call(fails), together.call(lambda: 2)
        together.go()
        async with asyncio.timeout(20):
            assert (await before, await after) == (1, 2)
            with pytest.raises(OverflowError, match="nobody foresaw"):
                await failed
