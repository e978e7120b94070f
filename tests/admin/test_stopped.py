"""F21: what stopped is told on the pages of those who can start it again."""

from uuid import UUID

import msgspec
from sqlalchemy import text
from tests.support.jobs import empty, until

from viva.evaluation import DRAFT_SCORECARD
from viva.platform.jobs import ForSession

HTML = {"Accept": "text/html", "Accept-Language": "en"}
HOLD = "update jobs set held_at = now(), attempt = 5, reason = 'LookupError: a fault' where name = :name"


async def held(house):
    """A completed interview whose scorecard has failed for good."""
    session = await house.new_session()
    database = await house.part("database")
    subject = msgspec.json.encode(ForSession(UUID(session["id"])))
    key = f"{DRAFT_SCORECARD}:{session['id']}:0"
    async with database.uow() as work:
        await work.db.execute(text("update sessions set status = 'completed', ai_consent = true"))
        await work.enqueue(DRAFT_SCORECARD, subject, dedupe_key=key, delay_s=600)
        await work.db.execute(text(HOLD), {"name": DRAFT_SCORECARD})
    return session["id"], database


async def test_F21_reviewers_read_that_it_stopped_and_start_it_again(house):
    session_id, database = await held(house)
    headers = await house.admin_bearer()
    told = (await house.http.get(f"/api/sessions/{session_id}/results", headers=headers)).json()
    assert (told["status"], told["waiting"]["code"]) == ("pending", "stopped")

    system = await house.http.get("/admin/system", headers=headers | HTML)
    assert f'<a href="/admin/sessions/{session_id}">' in system.text

    path = f"/admin/sessions/{session_id}"
    page = await house.http.get(path, headers=headers | HTML)
    assert "The evaluation stopped" in page.text
    assert f'action="{path}/evaluate"' in page.text
    started = await house.http.post(f"{path}/evaluate", headers=headers | HTML)
    assert started.status_code in {200, 303}
    await until(database, empty)
    told = (await house.http.get(f"/api/sessions/{session_id}/results", headers=headers)).json()
    assert (told["status"], told["waiting"]) == ("needs_human", None)
    assert "The evaluation stopped" not in (await house.http.get(path, headers=headers | HTML)).text
