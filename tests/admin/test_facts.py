"""What stands beside an interview is true of it at the moment."""

import pytest
from sqlalchemy import text

HTML = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("in_progress", ">Nothing so far.<"),
        ("completed", ">Nothing. The interview ran without a disturbance.<"),
        ("expired", ">Nothing.<"),
        ("withdrawn", ">Nothing.<"),
    ],
)
async def test_only_of_an_interview_that_was_completed_it_is_said_that_nothing_disturbed_it(
    house, status, said
):
    session = await house.new_session()
    async with (await house.part("database")).uow() as work:
        becomes = text("update sessions set status = :status where id = :id")
        await work.db.execute(becomes, {"status": status, "id": session["id"]})
    headers = await house.admin_bearer() | HTML
    page = (await house.http.get(f"/admin/sessions/{session['id']}", headers=headers)).text
    assert said in page
