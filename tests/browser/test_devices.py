"""Finding 6 of the report on the predecessor, and F18: what fails is named and leaves a way on."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from tests.browser.devices import HeldOffer, at_the_devices
from tests.browser.people import ASKING_FOR_DEVICES, People
from tests.browser.way import KOREAN, Candidate, session_of
from tests.support.server import Served

DENYING = """
(name) => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.asked = 0;
  window.failing = name;
  navigator.mediaDevices.getUserMedia = (wanted) => {
    window.asked += 1;
    if (window.failing === "camera" && !wanted.video) return real(wanted);
    if (window.failing) return Promise.reject(new DOMException("as the test wanted it",
      window.failing === "camera" ? "NotReadableError" : window.failing));
    return real(wanted).then((stream) => (window.stream = stream));
  };
}
"""
UNPLUG = """
(kind) => window.stream.getTracks().filter((track) => track.kind === kind).forEach((track) => {
  track.stop();
  track.dispatchEvent(new Event("ended"));
})
"""
SILENCE = """
(silent) => {
  const [track] = window.stream.getAudioTracks();
  Object.defineProperty(track, "muted", { value: silent, configurable: true });
  track.dispatchEvent(new Event(silent ? "mute" : "unmute"));
}
"""
SECOND_MICROPHONE_IS_DEAD = """
(() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let asked = 0;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    asked += 1;
    return asked === 1 ? real(wanted) : new AudioContext().createMediaStreamDestination().stream;
  };
})();
"""
REFUSALS = {
    "NotAllowedError": "The browser was not allowed to use the microphone.",
    "NotFoundError": "No microphone was found.",
    "NotReadableError": "Another program is using the microphone or camera.",
    "SomethingNewError": "The microphone could not be started.",
}
STANDING = {
    "This page is not on a secure address.": (
        "Object.defineProperty(window, 'isSecureContext', {get: () => false});"
    ),
    "This browser cannot record sound.": "delete window.RTCPeerConnection;",
}


def failing(name: str) -> str:
    return f"({DENYING})({name!r});"


async def only_this_is_said(page: Page, words: str) -> None:
    said = page.locator("[data-fault]").filter(visible=True)
    await expect(said).to_have_count(1)
    await expect(said).to_contain_text(words)


@pytest.mark.parametrize("name", REFUSALS)
async def test_F18_a_microphone_that_fails_is_named_and_can_be_tried_again(
    name: str, typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, failing(name))
    await candidate.press(candidate.button(candidate.words.with_camera))
    await only_this_is_said(page, REFUSALS[name])
    await page.evaluate("window.failing = ''")
    await candidate.press(page.get_by_role("button", name="Try again"))
    await expect(page.get_by_text(candidate.words.heard)).to_be_visible()
    await expect(page.locator("[data-fault]").filter(visible=True)).to_have_count(0)


@pytest.mark.parametrize("words", STANDING)
async def test_F18_a_browser_that_cannot_is_named_and_typing_is_the_way_on(
    words: str, typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, STANDING[words])
    await only_this_is_said(page, words)
    await candidate.press(page.get_by_role("link", name="Type my answers instead"))
    await candidate.type()
    await expect(page.locator("[data-progress]")).to_have_js_property("value", 1)


async def test_F18_a_camera_that_fails_leaves_the_microphone(typing_house: Served, people: People) -> None:
    page, candidate = await at_the_devices(typing_house, people, failing("camera"))
    await candidate.press(candidate.button(candidate.words.with_camera))
    await only_this_is_said(page, "The camera could not be started.")
    await expect(page.get_by_text(candidate.words.heard)).to_be_visible()


async def test_F18_a_microphone_unplugged_on_the_device_page_is_named(
    typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, failing(""))
    await candidate.press(candidate.button(candidate.words.microphone))
    await expect(page.get_by_text(candidate.words.heard)).to_be_visible()
    await page.evaluate(UNPLUG, "audio")
    await only_this_is_said(page, "The microphone was unplugged.")
    await candidate.press(page.get_by_role("button", name="Try again"))
    await expect(page.locator("[data-fault]").filter(visible=True)).to_have_count(0)


async def test_F18_another_microphone_is_not_vouched_for_before_it_is_heard(
    typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, SECOND_MICROPHONE_IS_DEAD)
    on = page.get_by_role("link", name=candidate.words.on)
    await candidate.press(candidate.button(candidate.words.microphone))
    await expect(page.get_by_text(candidate.words.heard)).to_be_visible()
    await expect(on).not_to_have_attribute("aria-disabled", "true")
    await page.locator("[data-pick=audioinput]").select_option(index=1)
    await expect(page.get_by_text("We hear nothing yet.")).to_be_visible()
    await expect(on).to_have_attribute("aria-disabled", "true")
    await expect(page.locator("[data-anyway]")).to_be_visible()


async def test_F18_the_camera_is_as_it_is_shown_whatever_was_pressed_while_it_was_asked_for(
    typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, ASKING_FOR_DEVICES)
    camera = page.locator("[data-camera]")
    await candidate.press(candidate.button(candidate.words.with_camera))
    await page.wait_for_function("() => window.asked === 1")
    await page.evaluate("window.allow()")
    await candidate.press(camera)  # off
    await page.wait_for_function("() => window.asked === 2")
    await candidate.press(camera)  # and on again
    await page.evaluate("window.allow()")
    await page.wait_for_function("() => window.asked === 3")
    await page.evaluate("window.allow()")
    await expect(camera).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate("JSON.parse(localStorage.getItem('viva-devices')).camera") is True


@pytest.mark.parametrize("name", REFUSALS)
async def test_finding_6_in_the_room_a_failing_microphone_never_loses_the_interview(
    name: str, typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, failing(name))
    await candidate.press(page.get_by_role("link", name="Continue anyway"))
    await page.wait_for_url("**/room")
    await candidate.press(candidate.button(candidate.words.answer))
    await only_this_is_said(page, REFUSALS[name])
    await candidate.type()
    await expect(page.locator("[data-progress]")).to_have_js_property("value", 1)
    await page.evaluate("window.failing = ''")
    await candidate.press(candidate.button(candidate.words.answer))
    await expect(candidate.button(candidate.words.done)).to_be_visible()
    await expect(page.locator("[data-fault]").filter(visible=True)).to_have_count(0)


async def test_finding_6_a_microphone_unplugged_while_speaking_is_named_and_the_answer_goes_on(
    vendor_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(vendor_house, people, failing(""))
    await candidate.check_devices(camera=False)
    await candidate.speak(re.compile(r"."))
    await page.evaluate(UNPLUG, "audio")
    await only_this_is_said(page, "The microphone was unplugged.")
    spoken = await candidate.new_captions().count()
    await candidate.press(page.get_by_role("button", name="Try again"))
    await expect(page.locator("[data-fault]").filter(visible=True)).to_have_count(0)
    await expect(candidate.new_captions().nth(spoken)).to_be_visible()
    await candidate.finish()


async def in_an_answer(house: Served, people: People, script: str) -> tuple[Page, Candidate]:
    """A candidate who is listened to, whose browser was tampered with by `script`."""
    page, candidate = await at_the_devices(house, people, script)
    await candidate.press(page.locator("[data-anyway]"))
    await page.wait_for_url("**/room")
    await candidate.press(candidate.button(candidate.words.answer))
    await listening(page)
    return page, candidate


async def listening(page: Page) -> None:
    await expect(page.locator("[data-turn-word]")).to_have_text("Listening.")


async def test_F18_a_camera_that_fails_in_the_room_is_named_and_can_be_tried_again(
    typing_house: Served, people: People
) -> None:
    page, candidate = await in_an_answer(typing_house, people, failing("camera"))
    await only_this_is_said(page, "The camera could not be started.")
    await expect(candidate.button("Camera on")).to_be_visible()
    await page.evaluate("window.failing = ''")
    await candidate.press(page.get_by_role("button", name="Try again"))
    await expect(candidate.button("Camera off")).to_be_visible()
    await expect(page.locator("[data-fault]").filter(visible=True)).to_have_count(0)
    await listening(page)


async def test_F18_a_camera_that_is_unplugged_in_the_room_is_named_and_the_sound_goes_on(
    typing_house: Served, people: People
) -> None:
    page, candidate = await in_an_answer(typing_house, people, failing(""))
    await page.evaluate(UNPLUG, "video")
    await only_this_is_said(page, "The camera could not be started.")
    await expect(candidate.button("Camera on")).to_be_visible()
    await listening(page)


async def test_F18_a_microphone_that_the_device_itself_has_switched_off_is_not_listened_to(
    typing_house: Served, people: People
) -> None:
    page, _candidate = await in_an_answer(typing_house, people, failing(""))
    await page.evaluate(SILENCE, True)
    said = page.locator("[data-turn-word]")
    await expect(said).to_have_text("Your device has switched the microphone off.")
    await page.evaluate(SILENCE, False)
    await listening(page)


async def test_what_is_half_written_as_an_answers_time_runs_out_is_an_answer(
    typing_house: Served, people: People
) -> None:
    """Whose sound fails is told to write instead, and the clock goes on."""
    page, candidate = await in_an_answer(typing_house, people, failing(""))
    await page.clock.install()
    await page.reload()
    await candidate.press(candidate.button(candidate.words.instead))
    await expect(page.locator("[data-turn-hint]")).to_contain_text("what you have written by then is sent")
    await expect(candidate.button("I need more time")).to_be_visible()
    await page.get_by_label(candidate.words.text).fill("Half of what I wan")
    await page.clock.fast_forward(178_000)
    await expect(page.locator("[data-progress]")).to_have_js_property("value", 1)
    sessions, database = await typing_house.part("sessions"), await typing_house.part("database")
    async with database.uow() as work:
        said = await sessions.utterances(work, UUID(session_of(page)))
    assert [(each.text, each.source) for each in said] == [("Half of what I wan", "typed")]


async def test_finding_6_the_devices_are_asked_for_once_and_given_back(
    typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, failing(""))
    await candidate.check_devices(camera=True)
    await candidate.button(candidate.words.answer).dblclick()
    await expect(candidate.button(candidate.words.done)).to_be_visible()
    assert await page.evaluate("window.asked") == 1
    await page.evaluate("window.tracks = window.stream.getTracks()")
    await candidate.finish()
    second = await page.context.new_page()
    await second.goto(page.url)
    await expect(page.get_by_role("dialog")).to_be_visible()
    states = await page.evaluate("window.tracks.map((track) => track.readyState)")
    assert set(states) == {"ended"}


async def test_F18_the_camera_can_be_turned_off_while_the_first_connection_is_made(
    typing_house: Served, people: People
) -> None:
    page, candidate = await at_the_devices(typing_house, people, failing(""))
    offer = await HeldOffer.of(page)
    await candidate.press(page.locator("[data-anyway]"))
    await page.wait_for_url("**/room")
    await candidate.press(candidate.button(candidate.words.answer))
    await offer.asked.wait()
    await candidate.press(candidate.button("Camera off"))
    offer.go_on.set()
    await expect(candidate.button("Camera on")).to_be_visible()
    await listening(page)


async def test_F18_an_offer_that_the_server_refuses_is_told_and_typing_goes_on(
    typing_house: Served, people: People
) -> None:
    people.expect("status of 400")
    page = await people.arrive(typing_house.url, language="ko-KR")
    candidate = Candidate(page, KOREAN)
    await candidate.come_by((await typing_house.new_session(language="ko"))["join_url"])
    await candidate.agree()
    await page.route(
        "**/offer?*",
        lambda route: route.continue_(post_data='{"type":"offer","sdp":"v=0"}'),
    )
    await candidate.press(page.locator("[data-anyway]"))
    await candidate.press(candidate.button(KOREAN.answer))
    await expect(page.locator("[data-trouble] .notice-bad")).to_be_visible()
    await candidate.type("글로 답합니다. 마이크 연결이 되지 않아도 면접은 이어집니다.")
    await expect(page.locator("[data-progress]")).to_have_js_property("value", 1)
