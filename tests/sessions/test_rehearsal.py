"""The rehearsal at the start leaves nothing behind."""

from sqlalchemy import func, select
from tests.conftest import Published

from viva.platform.database import Database
from viva.sessions import Sessions, rehearse
from viva.sessions.tables import SessionRow


async def test_an_interview_that_was_rehearsed_was_never_there(
    database: Database, published: Published
) -> None:
    await rehearse(database, Sessions())
    async with database.uow() as work:
        assert await work.db.scalar(select(func.count()).select_from(SessionRow)) == 0
    assert published == []
