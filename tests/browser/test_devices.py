"""Finding 6 of the report on the predecessor, and F18: what fails is named and leaves a way on."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.browser.devices import HeldOffer, at_the_devices
from tests.browser.people import People
from tests.browser.way import KOREAN, Candidate
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
() => window.stream.getTracks().forEach((track) => {
  track.stop();
  track.dispatchEvent(new Event("ended"));
})
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
    await page.evaluate(UNPLUG)
    await only_this_is_said(page, "The microphone was unplugged.")
    await candidate.press(page.get_by_role("button", name="Try again"))
    await expect(page.locator("[data-fault]").filter(visible=True)).to_have_count(0)


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
    await page.evaluate(UNPLUG)
    await only_this_is_said(page, "The microphone was unplugged.")
    spoken = await candidate.new_captions().count()
    await candidate.press(page.get_by_role("button", name="Try again"))
    await expect(page.locator("[data-fault]").filter(visible=True)).to_have_count(0)
    await expect(candidate.new_captions().nth(spoken)).to_be_visible()
    await candidate.finish()


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
    await expect(page.locator("[data-turn-word]")).to_have_text("Listening.")


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
