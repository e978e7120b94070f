"""What stands beside an interview is true of it at the moment."""

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from viva.platform.paths import TEMPLATES
from viva.room.voice import CAPTIONS, RECORDING

HTML = {"Accept": "text/html", "Accept-Language": "en"}
FAULTS = re.findall(r'\("(\w+)", _\(', (TEMPLATES / "room" / "_device_faults.html").read_text())
KINDS = [
    *(f"media_{each}" for each in ("reconnected", "disconnected", "failed", "over_socket")),
    *(f"captions_{code}" for code in CAPTIONS),
    *(f"recording_{code}" for code in RECORDING),
    *(f"client_media_{fault}" for fault in [*FAULTS, "lost", "over_socket"]),
    *(f"client_device_{each}" for each in ("unplugged", "silenced", "unsilenced")),
    *("client_devices_changed", "client_tab_hidden", "client_tab_shown", "muted", "unmuted"),
]


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


async def test_all_that_got_in_the_way_is_told_in_words(house):
    """In both languages; a code is for programs."""
    session = await house.new_session()
    sessions, database = await house.part("sessions"), await house.part("database")
    async with database.uow() as work:
        for kind in KINDS:
            await sessions.note_incident(work, UUID(session["id"]), kind, {}, None)
    for language in ("en", "ko"):
        headers = await house.admin_bearer() | HTML | {"Accept-Language": language}
        page = (await house.http.get(f"/admin/sessions/{session['id']}", headers=headers)).text
        told = re.findall(r"<span>([^<]*)</span></li>", page.split('id="incidents-title"')[1])
        assert len(told) == len(KINDS)
        assert [each for each in told if not re.search("[가-힣]" if language == "ko" else " ", each)] == []
