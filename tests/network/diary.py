"""What a candidate's page does about its media, second by second, as one who sits beside it would note it."""

import json
import time
from typing import Any

from playwright.async_api import Page, WebSocket
from tests.support.candidate import eventually

_TELL = """
(() => {
  const tell = (what) => console.debug(`diary ${what}`);
  const ask = window.fetch;
  window.fetch = (...given) => {
    if (String(given[0]).includes("/offer?")) tell("offered");
    return ask(...given);
  };
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...given) {
      super(...given);
      tell("noticed");
      this.addEventListener("iceconnectionstatechange", () => tell(`ICE ${this.iceConnectionState}`));
      this.addEventListener("connectionstatechange", () => tell(this.connectionState));
    }
    setRemoteDescription(answer) {
      tell("answered");
      return super.setRemoteDescription(answer);
    }
  };
})();
"""
_STEPS = ("noticed", "offered", "answered", "ICE connected", "connected", "caption")


class Diary:
    """Notes from `begin` on; `await Diary.of(page)` before the page's first visit."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._noted: list[tuple[float, str]] = []
        self._caption = ""
        self._before = ""

    @classmethod
    async def of(cls, page: Page) -> "Diary":
        diary = cls()
        await page.add_init_script(_TELL)
        page.on("console", lambda said: diary._note(said.text.removeprefix("diary ")))
        page.on("websocket", diary._read_along)
        return diary

    def begin(self) -> None:
        """Something happens to the network now."""
        self._began_s, self._before = time.monotonic(), self._caption
        self._noted.clear()

    async def captions_again(self) -> str:
        """Wait for the first caption with a word that was not in the last one before; where the time went."""
        await eventually(self._moving, 60)
        at_s: dict[str, float] = {}
        for moment_s, what in self._noted:
            if what in _STEPS and (what != "noticed" or "connected" not in at_s):
                at_s[what] = moment_s - self._began_s
        took_s = at_s.pop("caption")
        steps = ", ".join(f"{what} {moment_s:.1f}" for what, moment_s in at_s.items())
        return f"{took_s:.1f} s ({steps})"

    async def _moving(self) -> bool:
        connected = False
        for _, what in self._noted:
            connected = connected or what == "connected"
            if connected and what == "caption":
                return True
        return False

    def _note(self, what: str) -> None:
        self._noted.append((time.monotonic(), what))

    def _read_along(self, channel: WebSocket) -> None:
        channel.on("framereceived", self._read)

    def _read(self, frame: str | bytes) -> None:
        message: dict[str, Any] = json.loads(frame)
        if message["type"] == "stt_result" and message["text"] != self._caption:
            self._caption = message["text"]
            if self._caption != self._before:
                self._note("caption")
