"""Whether the candidates of open sockets may stay (S03): one look at the database for all of them.

Each socket asks every few seconds. A look of its own for each took a twentieth of the server's time at 32
interviews.
"""

import asyncio
from uuid import UUID

from viva.auth import CandidateAccess, CandidatePrincipal
from viva.platform.database import Database
from viva.platform.tasks import Tasks

GATHER_S = 0.5
"""How long a question waits for others to come along; a revoked candidate stays that much longer."""


class Vigil:
    """For all sockets of a process; holds nothing while nobody asks."""

    def __init__(self, database: Database, candidates: CandidateAccess) -> None:
        self._database = database
        self._candidates = candidates
        self._asked: set[UUID] = set()
        self._look: asyncio.Task[set[UUID]] | None = None
        self._tasks = Tasks("vigil")

    async def still_good(self, principal: CandidatePrincipal) -> bool:
        """Whether this candidate's socket may stay open. Raises `Unavailable`."""
        self._asked.add(principal.credential_id)
        if self._look is None:
            self._look = self._tasks.start("look", self._look_for_all())
        return principal.credential_id in await asyncio.shield(self._look)

    async def _look_for_all(self) -> set[UUID]:
        await asyncio.sleep(GATHER_S)
        asked, self._asked, self._look = self._asked, set(), None
        async with self._database.uow() as work:
            return await self._candidates.good_among(work, asked)
