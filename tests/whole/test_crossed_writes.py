"""What people write is done again when it crossed another write; they notice nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from tests.support.candidate import eventually
from tests.support.server import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

CROSS_ONCE = """
create function cross_once() returns trigger language plpgsql as $$
begin
    if nextval('crossings') = 1 then raise exception 'crossed' using errcode = '40P01'; end if;
    return new;
end $$
"""


@asynccontextmanager
async def crossing(served: Served, table: str) -> AsyncIterator[None]:
    """The first row that is written to `table` meets a deadlock; sequences remember what is rolled back."""
    database = await served.part("database")
    async with database.uow() as work:
        await work.db.execute(text("create sequence crossings"))
        await work.db.execute(text(CROSS_ONCE))
        await work.db.execute(
            text(
                f"create trigger crossing before insert on {table} for each row execute function cross_once()"
            )
        )
    try:
        yield
        async with database.uow() as work:
            assert await work.db.scalar(text("select last_value from crossings")) == 2
    finally:
        async with database.uow() as work:
            await work.db.execute(text("drop function cross_once cascade"))
            await work.db.execute(text("drop sequence crossings"))


async def test_F13_a_review_that_crossed_another_write_is_taken(served: Served) -> None:
    candidate = await served.new_candidate()
    for question_id in await candidate.questions():
        (await candidate.type_answer(question_id, "We measured first and then fixed it.")).raise_for_status()
    staff = await served.admin_bearer()
    address = f"/api/sessions/{candidate.session_id}"

    async def drafted() -> bool:
        return (await served.http.get(f"{address}/results", headers=staff)).json()["status"] != "pending"

    await eventually(drafted, 60)
    results = (await served.http.get(f"{address}/results", headers=staff)).json()
    levels = {criterion["key"]: None for criterion in results["scorecard"]["criteria"]}
    async with crossing(served, "human_reviews"):
        review = {"levels": levels, "note": "Seen."}
        taken = await served.http.post(f"{address}/reviews", json=review, headers=staff)
    assert taken.status_code == 201, taken.text


async def test_F13_a_position_that_crossed_another_write_is_kept(served: Served) -> None:
    async with crossing(served, "position_versions"):
        made = await served.http.post(
            "/api/positions",
            json={"title": "Crossed", "language": "en"},
            headers=await served.admin_bearer(),
        )
    assert made.status_code == 201, made.text
    assert made.json()["version"] == 1
