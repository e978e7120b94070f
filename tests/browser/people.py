"""People in front of Chromium: a context each, and everything that their consoles complained about."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    ViewportSize,
)

ARTIFACTS = Path(__file__).parent.parent / "artifacts"
_DEBIANS = Path("/usr/bin/chromium")
CHROMIUM = _DEBIANS if _DEBIANS.exists() else None
PATIENCE_MS = 60_000
"""How long anything may take: two cores are shared by a browser, a recogniser and a server."""
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"]
_OFFLINE = ["--disable-background-networking", "--disable-component-update"]
_DEVICES = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
_PLAYING = ["--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection"]

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI}`);
});
"""

ASKING_FOR_DEVICES = """
(() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.asked = 0;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    window.asked += 1;
    await new Promise((allow) => { window.allow = allow; });
    return (window.stream = await real(wanted));
  };
})();
"""
"""A browser that gives no microphone before `window.allow()`, as while a person is asked."""


async def launch(
    playwright: Playwright, speech: Path, *, program: Path | None = CHROMIUM, more: Sequence[str] = ()
) -> Browser:
    """Chromium, Debian's where it is installed, else Playwright's own, or `program`; with `more` flags."""
    return await playwright.chromium.launch(
        executable_path=program,
        args=[
            *_QUIET,
            *_OFFLINE,
            *_DEVICES,
            *_PLAYING,
            f"--use-file-for-fake-audio-capture={speech}",
            *more,
        ],
    )


class People:
    """Makes browser contexts and listens to what goes wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._expected: list[re.Pattern[str]] = []
        self._heard: list[str] = []

    def expect(self, pattern: str) -> None:
        """The test provokes this complaint itself."""
        self._expected.append(re.compile(pattern))

    @property
    def complaints(self) -> list[str]:
        """Console errors, uncaught errors, policy violations and dialogs that nobody expected."""
        return [said for said in self._heard if not any(known.search(said) for known in self._expected)]

    async def arrive(
        self,
        url: str,
        *,
        language: str = "en-US",
        phone: bool = False,
        dark: bool = False,
        **options: Any,
    ) -> Page:
        """A new person's first page, not opened yet: `page.goto("/")` goes to `url`."""
        context = await self._browser.new_context(
            base_url=url,
            locale=language,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        context.on("page", self._watch)
        await context.add_init_script(_REPORT_VIOLATIONS)
        return await context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("console", lambda message: self._console(page, message))
        page.on("pageerror", lambda error: self._heard.append(f"{page.url}: {error}"))
        page.on("dialog", self._dialog)

    def _console(self, page: Page, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._heard.append(f"{page.url}: {message.text} {message.location.get('url', '')}")

    async def _dialog(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self._heard.append(f"dialog: {dialog.message}")
        await dialog.accept()

    async def leave(self) -> None:
        """Everybody goes."""
        for context in self._contexts:
            await context.close()


async def picture(page: Page, name: str) -> None:
    """With PICTURES=1 set, a screenshot of the whole page into `tests/artifacts`, for people to look at."""
    if os.environ.get("PICTURES"):
        ARTIFACTS.mkdir(exist_ok=True)
        await page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
