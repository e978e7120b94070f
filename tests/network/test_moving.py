"""Must show 3 and F16: a flow that dies, another network, a reload, all in one answer and one recording."""

import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from tests.browser.way import ENGLISH, Candidate, session_of
from tests.network.diary import Diary
from tests.network.homes import Heard
from tests.network.places import Place, open_ports
from tests.support.candidate import eventually
from tests.support.server import Served

from viva.media import Part

PLAY = """
async ({ url, at }) => {
  const media = document.createElement("video");
  media.src = url;
  media.muted = true;
  document.body.append(media);
  const when = (name) => new Promise((resolve) => media.addEventListener(name, resolve, { once: true }));
  await Promise.race([when("loadedmetadata"), when("error")]);
  media.currentTime = at;
  await Promise.race([when("seeked"), when("error")]);
  await media.play();
  while (!media.ended && media.currentTime < at + 2) await when("timeupdate");
  media.pause();
  const error = media.error?.message ?? null;
  return { duration: media.duration, moved: media.currentTime - at, ended: media.ended, error };
}
"""
FLOWS = """
table ip viva {{
    chain out {{
        type filter hook output priority filter
        meta l4proto udp {rule}
    }}
}}
"""
"""The candidate's own flows by UDP: first to be known again, then to be dropped. New ones pass."""
log = logging.getLogger(__name__)
SPOKEN = re.compile(r"백엔드 개발자|데이터베이스|쿼리")


async def test_F16_another_network_and_a_reload_come_back_to_the_same_question_and_one_recording(
    street: Place, heard: Heard, tmp_path: Path
) -> None:
    async with heard.house(street, tmp_path) as house, heard.person(street, tmp_path) as people:
        open_ports(street.router, udp=house.settings.udp_port, tcp=house.settings.port)
        street.candidate.filter(FLOWS.format(rule="ct state new ct mark set 1"))
        page = await people.arrive(house.url)
        candidate, diary = Candidate(page, ENGLISH), await Diary.of(page)
        await candidate.start()
        await candidate.agree()
        await candidate.check_devices(camera=True)
        await candidate.speak(SPOKEN)
        question = await candidate.question().inner_text()

        session_id = session_of(page)
        diary.begin()
        street.candidate.filter(FLOWS.format(rule="ct mark 1 drop"))
        log.info("after its flow died in silence captions again: %s", await diary.captions_again())
        await expect(candidate.question()).to_have_text(question)
        diary.begin()
        street.candidate.ip("link", "set", street.home, "down")
        street.second_link()
        log.info("after the network changed captions again: %s", await diary.captions_again())
        await expect(candidate.question()).to_have_text(question)
        diary.begin()
        await page.reload()
        log.info("after the reload captions again: %s", await diary.captions_again())
        await heard_for_good(house, candidate)
        await expect(candidate.question()).to_have_text(question)
        await page.goto("/")
        await plays_as_one(house, page, session_id)


async def heard_for_good(house: Served, candidate: Candidate) -> None:
    """Wait until words spoken from now on stand in the transcript and among the captions."""
    bearer, session = await house.admin_bearer(), f"/api/sessions/{session_of(candidate.page)}"
    started_at = datetime.fromisoformat((await house.http.get(session, headers=bearer)).json()["started_at"])
    now_ms = (datetime.now(UTC) - started_at).total_seconds() * 1000

    async def spoken_since() -> str | None:
        said = (await house.http.get(f"{session}/transcript", headers=bearer)).json()["utterances"]
        return next((one["text"] for one in said if one["end_ms"] > now_ms), None)

    text = await eventually(spoken_since, 60)
    await expect(candidate.new_captions().filter(has_text=text).last).to_be_visible()


async def plays_as_one(house: Served, page: Page, session_id: str) -> None:
    """Four parts with gaps between them, one file without: it plays across them and to its very end."""
    recordings = await house.part("recordings")

    async def finished() -> list[Part] | None:
        parts: list[Part] = await recordings.parts(UUID(session_id))
        return parts if all(part.finished for part in parts) else None

    parts = await eventually(finished, 60)
    assert len(parts) >= 4
    ends = [part.start_ms + part.duration_ms for part in parts]
    assert all(part.start_ms > end for part, end in zip(parts[1:], ends, strict=False))
    played = await page.evaluate(PLAY, {"url": f"/api/sessions/{session_id}/recording", "at": 0.5})
    assert played["duration"] * 1000 == pytest.approx(ends[-1] - parts[0].start_ms, abs=200)
    in_the_gap = (ends[0] - parts[0].start_ms) / 1000 - 0.2
    for at in (in_the_gap, played["duration"] - 0.5):
        played = await page.evaluate(PLAY, {"url": f"/api/sessions/{session_id}/recording", "at": at})
        assert played["error"] is None
        assert played["moved"] > 0.3
    assert played["ended"]
