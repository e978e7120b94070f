"""Issue 2: while a candidate is muted nothing is stored, and everything has its right place afterwards."""

import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.browser.conftest import REACHABLE
from tests.browser.people import People, launch, picture
from tests.browser.way import ENGLISH, Candidate, session_of, sign_in
from tests.support.candidate import eventually
from tests.support.databases import new_database
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import tones
from tests.support.server import Served, serving, settings_for
from tests.support.stored import Stored, stored_of

from viva.media.rtp.spoken import EARLY_MS

WORDS, WORD_MS = 120, 500
"""The microphone says 0, 1, 2 ... by tones, two a second, and begins again after a minute."""
PLAIN = """
(() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = (wanted) => real({ ...wanted, audio: plain });
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(given) { super(given); window.peer = this; }
  };
})();
"""
OVER_SOCKET = "sessionStorage.setItem('viva-sound-way', 'socket');"
SENT = """
async () => {
  let bytes = 0;
  for (const entry of (await window.peer.getStats()).values()) {
    if (entry.type === "outbound-rtp") bytes += entry.bytesSent;
  }
  return bytes;
}
"""
LATER = "before => document.querySelector('[data-timer-value]').textContent !== before"
MUTED = "Muted: neither your voice nor your picture is sent or recorded."
SAID = {"Mute": MUTED, "Unmute": "Your microphone is on again."}


def say_numbers(folder: Path) -> Path:
    """What the microphone says, as a file."""
    sound = tones(range(WORDS), word_ms=200, gap_ms=WORD_MS - 200)
    path = folder / "numbers.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((sound * 32767).astype(np.int16).tobytes())
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def counting(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A Chromium whose microphone counts."""
    async with async_playwright() as playwright:
        browser = await launch(playwright, say_numbers(tmp_path_factory.mktemp("numbers")))
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A system whose recogniser understands the numbers."""
    folder = tmp_path_factory.mktemp("muting")
    async with (
        DeepgramServer(ears=ToneEars, words_per_final=2, keep_sound=False) as vendor,
        new_database(postgres_url, "viva_muting", template=template_database) as url,
    ):
        heard = {"stt": "deepgram", "deepgram_api_key": vendor.key, "deepgram_url": vendor.url}
        async with serving(settings_for(url, folder, **heard, **REACHABLE)) as served:
            yield served


class Said(msgspec.Struct, frozen=True):
    """A number, and when it was said."""

    number: int
    start_ms: int


@asynccontextmanager
async def answering(
    house: Served, browser: Browser, *scripts: str
) -> AsyncIterator[tuple[People, Candidate]]:
    """A candidate who has been heard in the room, and is still answering."""
    people = People(browser)
    try:
        page = await people.arrive(house.url)
        await page.add_init_script(";".join((PLAIN, *scripts)))
        candidate = Candidate(page, ENGLISH)
        await candidate.start()
        await candidate.agree()
        await candidate.check_devices(camera=True)
        await candidate.press(candidate.button(ENGLISH.answer))
        await heard_anew(candidate)
        yield people, candidate
    finally:
        await people.leave()
    assert people.complaints == []


async def heard_anew(candidate: Candidate) -> None:
    """Wait for two more captions than there are."""
    captions = candidate.new_captions()
    await expect(captions.nth(await captions.count() + 1)).to_be_visible()


async def some_seconds(page: Page, seconds: int = 4) -> None:
    """Until the page's own clock has counted so many."""
    for _ in range(seconds):
        before = await page.locator("[data-timer-value]").inner_text()
        await page.wait_for_function(LATER, arg=before)


async def numbers(house: Served, session_id: str) -> list[Said]:
    """The transcript, word by word."""
    answer = await house.http.get(
        f"/api/sessions/{session_id}/transcript", headers=await house.admin_bearer()
    )
    words = [word for said in answer.json()["utterances"] for word in said["words"]]
    return [Said(int(word["text"]), word["start_ms"]) for word in words if word["text"].isdigit()]


async def marks(house: Served, session_id: str) -> list[tuple[str, int]]:
    """When the candidate muted and unmuted, as it is written down."""
    sessions, database = await house.part("sessions"), await house.part("database")
    async with database.uow() as work:
        noted = await sessions.incidents(work, UUID(session_id))
    return [(one.kind, one.at_ms) for one in noted if one.kind in {"muted", "unmuted"}]


async def stored(house: Served, session_id: str) -> Stored:
    """All parts of the recording, once they are finished."""
    recordings = await house.part("recordings")

    async def finished() -> bool:
        parts = await recordings.parts(UUID(session_id))
        return bool(parts) and all(part.finished for part in parts)

    await eventually(finished)
    folder = Path(house.settings.recordings) / session_id
    return stored_of(folder, await recordings.parts(UUID(session_id)))


def expect_steady(said: list[Said]) -> None:
    """Each number was said half a second after the one before it in the counting."""
    first = said[0]
    for one in said[1:]:
        expected_ms = (one.number - first.number) % WORDS * WORD_MS
        assert one.start_ms - first.start_ms == pytest.approx(expected_ms, abs=200), said


@pytest.mark.parametrize("way", ["peer", "socket"])
async def test_nothing_is_stored_while_muted_and_the_words_after_it_have_their_moments(
    house: Served, counting: Browser, way: str
) -> None:
    over_socket = way == "socket"
    async with answering(house, counting, *([OVER_SOCKET] if over_socket else [])) as (_people, candidate):
        page = candidate.page
        session_id = session_of(page)
        await page.keyboard.press("m")
        said = page.locator("[data-mute-said]")
        await expect(said).to_have_text(MUTED)
        assert await said.get_attribute("role") == "status"
        await expect(page.locator("[data-turn-word]")).to_have_text("Your microphone is muted.")
        await some_seconds(page, 2)
        sent = 0 if over_socket else await page.evaluate(SENT)
        await some_seconds(page, 5)
        if not over_socket:
            assert await page.evaluate(SENT) == sent
        before = await numbers(house, session_id)
        await page.keyboard.press("m")
        await expect(said).to_have_text("Your microphone is on again.")
        await heard_anew(candidate)
        await heard_anew(candidate)
        await candidate.finish()
        await page.goto("/")
        found, kept = await numbers(house, session_id), await stored(house, session_id)
    [(muted, from_ms), (unmuted, until_ms)] = await marks(house, session_id)
    assert (muted, unmuted) == ("muted", "unmuted")
    assert until_ms - from_ms > 6_000
    inside = range(from_ms + round(EARLY_MS), until_ms)
    assert before
    assert found[: len(before)] == before
    # a number that was being said when the key was pressed is cut, and may be taken for another one
    earlier = [said for said in found if said.start_ms < from_ms - WORD_MS]
    later = [said for said in found if said.start_ms >= until_ms]
    assert [said for said in found if said.start_ms in inside] == []
    expect_steady([*earlier, *later])
    assert not [at_ms for at_ms in kept.sound_ms if at_ms in inside]
    assert not [at_ms for at_ms in kept.picture_ms if at_ms in inside]
    if not over_socket:
        assert len([at_ms for at_ms in kept.picture_ms if at_ms > until_ms]) > 10
    recorded = {int(text) for text in kept.words(ToneEars()) if text.isdigit()}
    within = set(range(earlier[-1].number + 3, later[0].number - 2))
    assert len(within) > 5
    assert {said.number for said in (*earlier, *later)} <= recorded
    assert recorded.isdisjoint(within)


async def test_F15_a_reload_and_a_second_tab_while_muted_are_muted_and_say_so(
    house: Served, counting: Browser
) -> None:
    async with answering(house, counting) as (people, candidate):
        page = candidate.page
        session_id = session_of(page)
        await candidate.press(candidate.button("Mute"))
        await expect(page.locator("[data-mute-said]")).to_have_text(MUTED)
        await page.reload()
        await expect(page.locator("[data-mute-said]")).to_have_text(MUTED)
        await expect(candidate.button("Unmute")).to_be_visible()
        await some_seconds(page, 2)
        second = await page.context.new_page()  # which has nothing of the first tab's memory
        await second.add_init_script(PLAIN)
        await second.goto(page.url)
        there = Candidate(second, ENGLISH)
        await expect(second.locator("[data-mute-said]")).to_have_text(MUTED)
        await expect(page.get_by_role("dialog", name="The interview moved to another tab.")).to_be_visible()
        await some_seconds(second, 2)
        assert len(await marks(house, session_id)) == 1
        await picture(second, "room-muted")
        await there.press(there.button("Unmute"))
        await expect(second.locator("[data-turn-word]")).to_have_text("Listening.")
        await heard_anew(there)
        await there.finish()
        await second.goto("/")
        found, kept = await numbers(house, session_id), await stored(house, session_id)
        [(_, from_ms), (_, until_ms)] = await marks(house, session_id)
        muted = range(from_ms + round(EARLY_MS), until_ms)
        assert not [at_ms for at_ms in (*kept.sound_ms, *kept.picture_ms) if at_ms in muted]
        assert not [said for said in found if said.start_ms in muted]
        await reviewed(house, people, session_id)


@pytest.mark.parametrize("turns", [["Mute", "Unmute", "Mute"], ["Mute", "Unmute"]], ids=["muted", "unmuted"])
async def test_F15_a_tab_that_takes_the_interview_back_goes_by_what_was_wanted_last_in_the_other(
    house: Served, counting: Browser, turns: list[str]
) -> None:
    async with answering(house, counting) as (_people, candidate):
        page = candidate.page
        for turn in turns[:-1]:
            await turned(candidate, turn)
        second = await page.context.new_page()
        await second.goto(page.url)
        await turned(Candidate(second, ENGLISH), turns[-1])
        await page.bring_to_front()
        await candidate.press(candidate.button("Continue here"))
        await expect(page.locator("[data-mute-said]")).to_have_text(SAID[turns[-1]])
        await some_seconds(page, 3)
        await expect(page.locator("[data-mute-said]")).to_have_text(SAID[turns[-1]])
        kinds = [kind for kind, _at_ms in await marks(house, session_of(page))]
        assert kinds == ["muted", "unmuted", "muted"][: len(turns)]


async def turned(candidate: Candidate, turn: str) -> None:
    """Press this button, and see that the page says so."""
    await candidate.press(candidate.page.get_by_role("button", name=turn, exact=True))
    await expect(candidate.page.locator("[data-mute-said]")).to_have_text(SAID[turn])


async def reviewed(house: Served, people: People, session_id: str) -> None:
    """Whoever reviews sees when it was, in their language."""
    for language, words in (("en-US", "Muted by the candidate: neither"), ("ko-KR", "지원자가 음소거함")):
        admin = await people.arrive(house.url, language=language)
        await sign_in(admin, f"/admin/sessions/{session_id}")
        mark = admin.locator(".incidents li").filter(has_text=words)
        await expect(mark).to_be_visible()
        await expect(mark.locator("[data-seek]")).to_be_visible()
