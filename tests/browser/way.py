"""The steps of a candidate and of an admin, as a person does them: by what is written on the page."""

import re
from typing import Final

import msgspec
from playwright.async_api import Locator, Page, Position, expect
from tests.support.candidate import eventually
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Served

TYPED = (
    "When our deployments kept failing I collected the causes of a month, proposed one check for each, "
    "and together with two colleagues we halved the failures within six weeks."
)

GONE_ON: Final = """
before => { const bar = document.querySelector("[data-progress]"); return !bar || bar.value !== before; }
"""


class Words(msgspec.Struct, frozen=True):
    """What the buttons say."""

    start: str
    agree: str
    writing: str
    with_camera: str
    microphone: str
    heard: str
    on: str
    answer: str
    done: str
    instead: str
    text: str
    send: str
    thanks: str


ENGLISH: Final = Words(
    start="Start the interview",
    agree="Agree and continue",
    writing="Answer in writing",
    with_camera="Allow microphone and camera",
    microphone="Microphone only",
    heard="We hear you well.",
    on="Continue to the interview",
    answer="Start my answer",
    done="I'm done",
    instead="Type instead",
    text="Your answer in writing",
    send="Send and continue",
    thanks="Your interview is complete.",
)
KOREAN: Final = Words(
    start="면접 시작",
    agree="동의하고 계속하기",
    writing="글로 답변하기",
    with_camera="마이크와 카메라 허용하기",
    microphone="마이크만 쓰기",
    heard="잘 들립니다.",
    on="면접으로 이동",
    answer="답변 시작",
    done="답변 완료",
    instead="글로 쓰기",
    text="글로 쓰는 답변",
    send="보내고 계속하기",
    thanks="면접이 끝났습니다.",
)


class Candidate:
    """Somebody at one page of one interview. `touch` taps where others click."""

    def __init__(self, page: Page, words: Words = ENGLISH, *, touch: bool = False) -> None:
        self.page = page
        self.words = words
        self._touch = touch

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def press(self, target: Locator, *, at: Position | None = None) -> None:
        await (target.tap(position=at) if self._touch else target.click(position=at))

    async def start(self, name: str = "Kim Minji", position: str = "Backend engineer") -> None:
        """From the landing page to the consent page."""
        await self.page.goto("/")
        await self.page.locator("#user_name").fill(name)
        await self.page.locator("#position").fill(position)
        await self.press(self.button(self.words.start))
        await self.page.wait_for_url("**/consent")

    async def come_by(self, join_url: str) -> None:
        """From an invitation to the consent page."""
        await self.page.goto(join_url)
        await self.press(self.page.locator("main form button"))
        await self.page.wait_for_url("**/consent")

    async def agree(self) -> None:
        """Allow everything and answer by voice."""
        for box in await self.page.get_by_role("checkbox").all():
            await box.check()
        await self.press(self.button(self.words.agree))
        await self.page.wait_for_url("**/devices")

    async def write(self) -> None:
        """Decide for answers in writing."""
        await self.press(self.button(self.words.writing))
        await self.page.wait_for_url("**/room")

    async def check_devices(self, *, camera: bool) -> None:
        """Be heard, then on to the room."""
        ask = self.words.with_camera if camera else self.words.microphone
        await self.press(self.button(ask))
        await expect(self.page.get_by_text(self.words.heard)).to_be_visible()
        await self.press(self.page.get_by_role("link", name=self.words.on))
        await self.page.wait_for_url("**/room")

    async def speak(self, heard: re.Pattern[str]) -> None:
        """One answer by voice, until `heard` stands among the finals of the captions."""
        await self.press(self.button(self.words.answer))
        await expect(self.new_captions().filter(has_text=heard).first).to_be_visible()

    async def finish(self) -> None:
        """Say that the answer is over, and see the next question."""
        before = await self.question().inner_text()
        # Not where the start button was tapped a moment ago: a double tap on it must not end the answer.
        await self.press(self.button(self.words.done), at={"x": 12, "y": 12})
        await expect(self.question()).not_to_have_text(before)

    async def type(self, text: str = TYPED) -> None:
        """One answer in writing, until the page has gone on from it."""
        bar = self.page.locator("[data-progress]")
        await expect(self.page.locator("[data-connection].status-good")).to_be_visible()
        before = await bar.evaluate("bar => bar.value")
        await self.send(text)
        await self.page.wait_for_function(GONE_ON, arg=before)

    async def send(self, text: str = TYPED) -> None:
        """One answer in writing, sent; what becomes of it is left open."""
        field = self.page.get_by_label(self.words.text)
        await expect(self.button(self.words.instead).or_(field).filter(visible=True)).to_be_visible()
        if not await field.is_visible():
            await self.press(self.button(self.words.instead))
        await field.fill(text)
        await self.press(self.button(self.words.send))

    async def type_the_rest(self) -> None:
        """All questions that are left, until the page says thank you."""
        await expect(self.page.locator("[data-connection].status-good")).to_be_visible()
        number, count = await self.place()
        for _ in range(number, count + 1):
            await self.type()
        await self.page.wait_for_url("**/done")
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.words.thanks)

    async def place(self) -> tuple[int, int]:
        """Number of the current question, number of all."""
        bar = self.page.locator("[data-progress]")
        shown = await bar.evaluate("bar => [bar.value + 1, bar.max]")
        return int(shown[0]), int(shown[1])

    def question(self) -> Locator:
        return self.page.locator("[data-question]:not([data-seq])").first

    def new_captions(self) -> Locator:
        """The finals of the current question."""
        return self.page.locator("[data-caption-list] li:not([data-other])")


async def sign_in(page: Page, then: str = "/admin/sessions") -> None:
    """An admin comes in by the sign-in page and lands where they wanted to go."""
    await page.goto(then)
    await page.wait_for_url("**/login*")
    await page.locator("#email").fill(ADMIN_EMAIL)
    await page.locator("#password").fill(ADMIN_PASSWORD)
    await page.locator("main form button").click()
    await page.wait_for_url(f"**{then}")


async def score(page: Page, level: str, *, but: str = "") -> None:
    """Choose this level for every criterion, except the one called `but`."""
    for scale in await page.locator(".levels").all():
        if but and await scale.get_by_text(but, exact=False).count():
            continue
        await scale.locator(f'input[value="{level}"]').check(force=True)


async def drafted(house: Served, session_id: str) -> None:
    """Wait until the scorecard is there; as a program, since an admin would have seen the draft by that."""

    async def there() -> bool:
        answer = await house.http.get(
            f"/api/sessions/{session_id}/results", headers=await house.program_bearer()
        )
        return answer.json()["status"] != "pending"

    await eventually(there, 60)


def session_of(page: Page) -> str:
    """The interview's id, as the address has it."""
    return re.search(r"/interview/([0-9a-f-]{36})/", page.url)[1]  # type: ignore[index]
