"""An answer's time: it is up only while its candidate is here to see it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from viva.platform.errors import VivaError

log = structlog.get_logger(__name__)

RETRY_S = 1.0


class Deadline:
    """`remaining_s` tells how long the answer under way still has, None for no end; `time_is_up` ends it."""

    def __init__(
        self, remaining_s: Callable[[], float | None], time_is_up: Callable[[], Awaitable[None]]
    ) -> None:
        self._remaining_s = remaining_s
        self._time_is_up = time_is_up
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Another answer, another deadline, or somebody came or went."""
        self._changed.set()

    async def watch(self) -> None:
        """For ever: what goes wrong with one answer is written down, and the clock goes on."""
        while True:
            self._changed.clear()
            try:
                async with asyncio.timeout(self._remaining_s()):
                    await self._changed.wait()
            except TimeoutError:
                await self._end()

    async def _end(self) -> None:
        try:
            await self._time_is_up()
        except VivaError as error:
            log.warning("end_of_time_not_written", code=error.code)
            await asyncio.sleep(RETRY_S)
        except Exception:  # this step may fail; the interview's clock goes on
            log.exception("end_of_time_failed")
            await asyncio.sleep(RETRY_S)
