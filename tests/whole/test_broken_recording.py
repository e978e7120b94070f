"""F01: a damaged disk may cost a recording; it costs nobody the transcript, and says so."""

from pathlib import Path
from uuid import UUID

import pytest
from tests.support.media_packets import sound
from tests.support.server import Served, serving, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH = {"Accept-Language": "en"}


async def test_F01_an_interview_whose_recording_cannot_be_read_can_be_reviewed_and_says_why(
    database_url: str, tmp_path: Path
) -> None:
    async with serving(settings_for(database_url, tmp_path)) as served:
        candidate = await served.new_candidate()
        folder = tmp_path / "recordings" / candidate.session_id
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_bytes(b"\0" * 64)
        admin = await served.admin_bearer()
        page = await served.http.get(f"/admin/sessions/{candidate.session_id}", headers=admin | ENGLISH)
        assert (page.status_code, "cannot be read" in page.text) == (200, True)
        recording = await served.http.get(f"{candidate.path}/recording", headers=admin | ENGLISH)
        assert (recording.status_code, recording.json()["code"]) == (500, "recording_unreadable")
    assert (folder / "manifest.json").read_bytes() == b"\0" * 64


async def test_F23_what_a_recorder_failed_by_at_its_end_is_over_when_the_next_one_works(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = await served.new_candidate()
    async with (await served.part("hub")).interview(UUID(candidate.session_id)) as live:
        voice, told = live._voice, list[str]()
        show = live.stage.show_trouble
        monkeypatch.setattr(live.stage, "show_trouble", lambda *said: (told.append(said[0]), show(*said)))
        (before, _), (present, _) = voice._listeners(), voice._listeners()
        before._say("stopped")
        assert [trouble.code for trouble in live.stage.state(voice).troubles] == ["recording_stopped"]
        for number in range(100):
            present.audio(sound(number))
        await present.close()
        assert live.stage.state(voice).troubles == ()
        before._say("recovered")
        assert told == ["recording_stopped", "recording_recovered"]
