"""Finals on their way into the database, in order, before anybody is shown them.

When the database is away they wait here, and the interview goes on (F10). `MAX_WAITING` finals are more than
an hour of speech; beyond that the newest is refused and counted in the log, never an older one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from uuid import UUID

import structlog

from viva.audio import SpeechResult
from viva.platform.errors import Unavailable
from viva.sessions import Utterance

log = structlog.get_logger(__name__)

MAX_WAITING = 2_000
RETRY_S = 0.5

Store = Callable[[SpeechResult, UUID, bool], Awaitable[Utterance]]
"""The last argument: whether an attempt before this one may have succeeded unheard."""
Show = Callable[[Utterance, float], None]
"""Also gets `received_ms` of the result that it was."""


def spoken_at_ms(result: SpeechResult) -> int:
    """The middle of its words, else of all that it covers: the moment by which it belongs to an answer.

    Where it starts is not the moment: the first result of an answer also covers the sound since the last
    words of the answer before, which is silence as long as a follow-up was waited for.
    """
    spoken = result.words or (result,)
    return (spoken[0].start_ms + spoken[-1].end_ms) // 2


class AnswerSpans:
    """Which question a moment of the interview belongs to. Pure."""

    def __init__(self) -> None:
        self._begun: list[tuple[int, UUID]] = []

    def begin(self, question_id: UUID, at_ms: int) -> None:
        """From here on words are those of the answer to `question_id`, until the next one begins."""
        self._begun.append((at_ms, question_id))

    def question_at(self, at_ms: int) -> UUID | None:
        """The last answer begun at or before `at_ms`, else the first one; None before any began."""
        earlier = [question_id for begun_ms, question_id in self._begun if begun_ms <= at_ms]
        if earlier:
            return earlier[-1]
        return self._begun[0][1] if self._begun else None

    def split(self, start_ms: int, end_ms: int) -> list[tuple[UUID, int, int]]:
        """A stretch, cut where answers begin: which question, from, to. Empty before any began."""
        edges = [start_ms, *(at_ms for at_ms, _ in self._begun if start_ms < at_ms < end_ms), end_ms]
        named = [(self.question_at(since_ms), since_ms, until_ms) for since_ms, until_ms in pairwise(edges)]
        return [(question_id, since, until) for question_id, since, until in named if question_id is not None]


class Finals:
    """A bounded queue and the one task that empties it."""

    def __init__(self, store: Store, show: Show) -> None:
        self._store = store
        self._show = show
        self._waiting: asyncio.Queue[tuple[SpeechResult, UUID]] = asyncio.Queue(MAX_WAITING)

    def put(self, result: SpeechResult, question_id: UUID) -> None:
        """Take a final; never waits."""
        try:
            self._waiting.put_nowait((result, question_id))
        except asyncio.QueueFull:
            log.error("final_refused", waiting=MAX_WAITING)

    async def settled(self, timeout_s: float | None) -> bool:
        """Wait until everything taken so far is stored and shown; False if that takes longer."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._waiting.join()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Store and show, one by one, until cancelled."""
        while True:
            result, question_id = await self._waiting.get()
            try:
                self._show(await self._stored(result, question_id), result.received_ms)
            except Exception:  # one that cannot be stored must not hold up those behind it
                log.exception("final_not_stored")
            finally:
                self._waiting.task_done()

    async def _stored(self, result: SpeechResult, question_id: UUID) -> Utterance:
        again = False
        while True:
            try:
                return await self._store(result, question_id, again)
            except Unavailable:
                again = True
                log.warning("final_waits_for_database", waiting=self._waiting.qsize())
                await asyncio.sleep(RETRY_S)
