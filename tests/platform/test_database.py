from sqlalchemy import text

from viva.platform.database import Database


async def test_a_fresh_database_answers(database: Database) -> None:
    await database.ping()
    async with database.uow() as work:
        assert (await work.db.execute(text("select 1"))).scalar_one() == 1


async def test_a_fresh_database_answers_again(database: Database) -> None:
    await database.ping()
