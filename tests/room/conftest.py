"""What the tests of recordings and missed words share."""

from collections.abc import AsyncIterator

import pytest
from tests.evaluation.interviews import interview

from viva.media import Recordings
from viva.sessions import Sessions


@pytest.fixture
async def recordings(tmp_path) -> AsyncIterator[Recordings]:
    async with Recordings(tmp_path) as recordings:
        yield recordings


@pytest.fixture
async def talk(database, clock):
    """One answer, completed; its stored words are somebody else's test's."""
    talk = await interview(database, clock, spoken=["earlier"], completed=True)
    async with database.uow() as work:
        await Sessions().set_answer(work, talk.question_ids[0], start_ms=0, end_ms=60_000)
    return talk
