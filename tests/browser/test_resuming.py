"""F15: a reload, a second tab and the back button lose nothing."""

import json
import re
from datetime import datetime
from uuid import UUID

from playwright.async_api import Page, WebSocketRoute, expect
from tests.browser.people import People
from tests.browser.way import KOREAN, Candidate, session_of
from tests.support.candidate import eventually
from tests.support.server import Served

SPOKEN = re.compile(r"백엔드 개발자|데이터베이스|쿼리")
FINAL = {
    "type": "stt_result",
    "is_final": True,
    "question_id": None,
    "start_ms": 0,
    "end_ms": 1,
    "confidence": None,
    "corrected_text": None,
}


async def one_peer(house: Served, page: Page) -> None:
    """Wait until one media connection and one candidate's screen are all that this interview has."""
    hub = await house.part("hub")
    live, gate = hub._live[UUID(session_of(page))], hub._shared.gate

    async def alone() -> bool:
        mine = [one for one in gate.connections if one is live._voice._connection]
        others = [one for one in gate.connections if one not in mine and one.state == "connected"]
        return (
            len(mine) == 1 and mine[0].state == "connected" and not others and len(live.stage._screens) == 1
        )

    await eventually(alone)


async def test_F15_a_second_tab_in_the_middle_of_a_spoken_answer_is_the_only_one_that_is_heard(
    vendor_house: Served, people: People
) -> None:
    first = await people.arrive(vendor_house.url, language="ko-KR")
    candidate = Candidate(first, KOREAN)
    await candidate.come_by((await vendor_house.new_session(language="ko"))["join_url"])
    await candidate.agree()
    await candidate.check_devices(camera=True)
    await candidate.speak(SPOKEN)
    question, deadline = await candidate.question().inner_text(), await deadline_of(vendor_house, first)
    await one_peer(vendor_house, first)
    for number in (1, 2):
        tab = await first.context.new_page()
        await tab.goto(first.url)
        there = Candidate(tab, KOREAN)
        await expect(there.question()).to_have_text(question)
        await expect(there.button(KOREAN.done)).to_be_visible()
        await expect(first.locator("dialog[data-replaced]")).to_be_visible()
        await one_peer(vendor_house, tab)
        spoken = await there.new_captions().count()
        await expect(there.new_captions().nth(spoken)).to_be_visible()
        assert await deadline_of(vendor_house, tab) == deadline, "the server's clock goes on"
        first = tab if number == 1 else first
    await first.bring_to_front()
    await first.locator("[data-take-back]").click()
    await expect(tab.locator("dialog[data-replaced]")).to_be_visible()
    await one_peer(vendor_house, first)
    await Candidate(first, KOREAN).finish()


async def test_F15_the_back_button_in_a_spoken_answer_comes_back_to_it_with_one_connection(
    vendor_house: Served, people: People
) -> None:
    page = await people.arrive(vendor_house.url, language="ko-KR")
    candidate = Candidate(page, KOREAN)
    await candidate.come_by((await vendor_house.new_session(language="ko"))["join_url"])
    await candidate.agree()
    await candidate.check_devices(camera=True)
    await candidate.speak(SPOKEN)
    question, deadline = await candidate.question().inner_text(), await deadline_of(vendor_house, page)
    await page.go_back()
    await page.wait_for_url("**/devices")
    await page.go_forward()
    await expect(candidate.question()).to_have_text(question)
    await expect(candidate.button(KOREAN.done)).to_be_visible()
    await one_peer(vendor_house, page)
    spoken = await candidate.new_captions().count()
    await expect(candidate.new_captions().nth(spoken)).to_be_visible()
    assert await deadline_of(vendor_house, page) == deadline
    await candidate.finish()


async def deadline_of(house: Served, page: Page) -> datetime | None:
    """When the server ends the answer."""
    live = (await house.part("hub"))._live[UUID(session_of(page))]
    deadline: datetime | None = live.session.answer_deadline
    return deadline


async def test_F15_a_reload_in_the_middle_of_an_answer_comes_back_to_it_with_its_captions(
    vendor_house: Served, people: People
) -> None:
    page = await people.arrive(vendor_house.url, language="ko-KR")
    candidate = Candidate(page, KOREAN)
    await candidate.come_by((await vendor_house.new_session(language="ko"))["join_url"])
    await candidate.agree()
    await candidate.check_devices(camera=False)
    await expect(candidate.button(KOREAN.instead)).to_be_visible()
    await candidate.type("첫 번째 질문은 글로 답합니다.")
    await expect(page.locator("[data-progress]")).to_have_js_property("value", 1)
    await candidate.speak(SPOKEN)
    question = await candidate.question().inner_text()
    said = await candidate.new_captions().first.inner_text()
    await page.reload()
    await expect(candidate.question()).to_have_text(question)
    await expect(candidate.new_captions().first).to_have_text(said)
    await expect(candidate.button(KOREAN.done)).to_be_visible()
    fresh = candidate.new_captions().nth(await candidate.new_captions().count())
    await expect(fresh).to_be_visible()  # the microphone is heard again without a click
    await one_peer(vendor_house, page)
    await candidate.finish()
    assert await candidate.place() == (3, (await candidate.place())[1])


async def test_F15_a_page_whose_line_broke_asks_for_all_after_the_first_final_that_it_lacks(
    typing_house: Served, people: People
) -> None:
    """Also if later ones had come already."""
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.come_by((await typing_house.new_session())["join_url"])
    asked_after: list[int] = []

    async def break_down(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        async def said(frame: str | bytes) -> None:
            server.send(frame)
            message = json.loads(frame)
            if message["type"] == "resume":
                asked_after.append(message["after_seq"])
                for seq in (1, 4, 2) if len(asked_after) == 1 else (3, 5):
                    route.send(json.dumps(FINAL | {"seq": seq, "text": f"Sentence {seq}."}))
                if len(asked_after) < 3:
                    await route.close()

        route.on_message(said)

    async def three() -> bool:
        return len(asked_after) == 3

    await page.route_web_socket("**/live?*", break_down)
    await candidate.write()
    await eventually(three)
    assert asked_after == [0, 2, 5]
    await expect(page.locator("[data-caption-list] li")).to_have_text(
        [re.compile(f"Sentence {seq}") for seq in range(1, 6)]
    )


async def test_F15_a_second_tab_takes_over_and_the_first_one_says_so_and_can_take_it_back(
    typing_house: Served, people: People
) -> None:
    first = await people.arrive(typing_house.url)
    candidate = Candidate(first)
    await candidate.come_by((await typing_house.new_session())["join_url"])
    await candidate.write()
    await candidate.type()
    await expect(first.locator("[data-progress]")).to_have_js_property("value", 1)
    question = await candidate.question().inner_text()
    second = await first.context.new_page()
    await second.goto(first.url)
    await expect(Candidate(second).question()).to_have_text(question)
    moved = first.get_by_role("dialog", name="The interview moved to another tab.")
    await expect(moved).to_be_visible()
    await first.bring_to_front()
    await moved.get_by_role("button", name="Continue here").click()
    await expect(moved).to_be_hidden()
    await expect(second.get_by_role("dialog", name="The interview moved to another tab.")).to_be_visible()
    await candidate.type_the_rest()


async def test_F15_the_back_button_never_leaves_the_interview_in_another_state(
    typing_house: Served, people: People
) -> None:
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.start("Going Back")
    await candidate.write()
    await candidate.type()
    await expect(page.locator("[data-progress]")).to_have_js_property("value", 1)
    question = await candidate.question().inner_text()
    await page.go_back()
    await page.wait_for_url("**/consent")
    await page.go_forward()
    await expect(candidate.question()).to_have_text(question)
    await candidate.type_the_rest()
    await page.go_back()
    await page.wait_for_url("**/done")


async def test_F15_a_dropped_connection_says_so_and_comes_back(typing_house: Served, people: People) -> None:
    people.expect("ERR_INTERNET_DISCONNECTED")
    page = await people.arrive(typing_house.url)
    candidate = Candidate(page)
    await candidate.come_by((await typing_house.new_session())["join_url"])
    await candidate.write()
    connection = page.locator("[data-connection]")
    await expect(connection).to_have_text("Connected")
    await page.context.set_offline(True)
    await candidate.send("Typed while the network was away, and kept until it is back.")
    await expect(page.get_by_text("It is still here; please try again.")).to_be_visible()
    await page.context.set_offline(False)
    await candidate.press(candidate.button(candidate.words.send))
    await expect(page.locator("[data-progress]")).to_have_js_property("value", 1)
