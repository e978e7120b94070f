"""Writes finals down, past the ORM: what several interviews have to say at a time goes down together.

A final takes one statement, which is a transaction of its own: one way to the database and back, one wait for
its disk. While that lasts, what others say gathers, and goes down with the next.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID

import msgspec

from viva.events import UtteranceHeard
from viva.platform.database import Database
from viva.platform.errors import Unavailable
from viva.platform.tasks import Tasks
from viva.sessions.errors import SessionNotFound
from viva.sessions.model import NewUtterance, Utterance
from viva.sessions.store import WRITE_UTTERANCES, utterance_of

WRITERS = 2
"""At the same time: while one waits for the disk the other gets the next ready."""
TOGETHER_MAX = 32


class _Entry:
    """One final on its way."""

    def __init__(self, session_id: UUID, new: NewUtterance) -> None:
        self.session_id = session_id
        self.new = new
        self.written: asyncio.Future[Utterance] = asyncio.get_running_loop().create_future()

    def settle(self, seq: int) -> None:
        """It is durable under this number."""
        if not self.written.done():  # whoever waited may have been cancelled
            self.written.set_result(utterance_of(self.new, seq))

    def fail(self, error: Exception) -> None:
        """It is not."""
        if not self.written.done():
            self.written.set_exception(error)


class Scribe:
    """For all interviews of a process; of each it holds what waits in `write`, which is one final."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Entry] = deque()
        self._under_way: set[UUID] = set()
        self._writers = 0
        self._tasks = Tasks("scribe")

    async def write(self, session_id: UUID, new: NewUtterance) -> Utterance:
        """Store a final under the session's next number; it is durable, and the bus told, when this returns.

        Raises `SessionNotFound`, and `Unavailable` when nobody knows whether it was stored.
        """
        entry = _Entry(session_id, new)
        self._waiting.append(entry)
        if self._writers < WRITERS:
            self._writers += 1
            self._tasks.start("write", self._write_waiting())
        return await entry.written

    async def _write_waiting(self) -> None:
        try:
            while together := self._take():
                await self._write(together)
        finally:
            self._writers -= 1

    def _take(self) -> list[_Entry]:
        """The next ones, of each interview the first: its numbers follow the order in which it was said."""
        taken: dict[UUID, _Entry] = {}
        left = deque[_Entry]()
        for entry in self._waiting:
            free = len(taken) < TOGETHER_MAX and entry.session_id not in taken.keys() | self._under_way
            if free:
                taken[entry.session_id] = entry
            else:
                left.append(entry)
        self._waiting = left
        return list(taken.values())

    async def _write(self, together: Sequence[_Entry]) -> None:
        ids = {entry.session_id for entry in together}
        self._under_way |= ids
        try:
            await self._commit(together)
        finally:
            self._under_way -= ids

    async def _commit(self, together: Sequence[_Entry]) -> None:
        """All of them, or each for itself when one of them cannot be stored."""
        try:
            rows = await self._database.run_alone(WRITE_UTTERANCES, _rows(together))
        except Unavailable as error:
            _fail(together, error)
        except Exception as error:  # noqa: BLE001 (raised to whoever waits)
            if len(together) == 1:
                _fail(together, error)
            for entry in together if len(together) > 1 else ():
                await self._commit([entry])
        else:
            self._settle(together, {row["session_id"]: row["seq"] for row in rows})

    def _settle(self, together: Sequence[_Entry], numbers: dict[UUID, int]) -> None:
        for entry in together:
            seq = numbers.get(entry.session_id)
            if seq is None:
                entry.fail(SessionNotFound())
                continue
            entry.settle(seq)
            self._database.publish(UtteranceHeard(session_id=entry.session_id, seq=seq))


def _fail(together: Sequence[_Entry], error: Exception) -> None:
    for entry in together:
        entry.fail(error)


def _rows(together: Sequence[_Entry]) -> str:
    rows = [msgspec.structs.asdict(entry.new) | {"session_id": entry.session_id} for entry in together]
    return msgspec.json.encode(rows).decode()
