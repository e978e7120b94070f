"""F16 where no UDP passes: a network that goes away in silence costs seconds over a socket too."""

import logging
import re
import time
from pathlib import Path

from playwright.async_api import expect
from tests.browser.way import ENGLISH, Candidate
from tests.network.homes import Heard
from tests.network.places import Place, open_ports
from tests.support.candidate import eventually

FLOWS = """
table ip viva {{
    chain out {{
        type filter hook output priority filter
        meta l4proto tcp {rule}
    }}
}}
"""
"""The candidate's own flows by TCP: first to be known again, then to be dropped. New ones pass."""
log = logging.getLogger(__name__)
SPOKEN = re.compile(r"백엔드 개발자|데이터베이스|쿼리")


async def test_F16_sound_over_a_socket_whose_network_died_in_silence_is_back_within_seconds(
    street: Place, heard: Heard, tmp_path: Path
) -> None:
    async with heard.house(street, tmp_path) as house, heard.person(street, tmp_path) as people:
        open_ports(street.router, tcp=house.settings.port)
        page = await people.arrive(house.url)
        await page.add_init_script("sessionStorage.setItem('viva-sound-way', 'socket')")
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url.rsplit("/", 1)[1].partition("?")[0]))
        candidate = Candidate(page, ENGLISH)
        await candidate.start()
        await candidate.agree()
        await candidate.check_devices(camera=False)
        street.candidate.filter(FLOWS.format(rule="ct state new ct mark set 1"))
        await page.reload()  # all its flows are known from here on
        await candidate.speak(SPOKEN)
        question, opened = await candidate.question().inner_text(), sockets.count("sound")
        street.candidate.filter(FLOWS.format(rule="ct mark 1 drop"))
        died_s = time.monotonic()

        async def another() -> bool:
            return sockets.count("sound") > opened

        await eventually(another)
        noticed_s = time.monotonic() - died_s
        await expect(page.get_by_text("The sound connection is back.")).to_be_visible()
        back_s = time.monotonic() - died_s
        spoken = await candidate.new_captions().count()
        await expect(candidate.new_captions().nth(spoken)).to_be_visible()
        captions_s = time.monotonic() - died_s
        log.info("noticed %.1f s, back %.1f s, captions %.1f s", noticed_s, back_s, captions_s)
        await expect(candidate.question()).to_have_text(question)
        await candidate.finish()
