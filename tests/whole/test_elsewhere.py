"""F15: a page that comes back by itself takes the interview over from no other; a person's click does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.support.candidate import Candidate, Channel
from tests.support.server import Served
from websockets.asyncio.client import connect

from viva.media import Answer, Offer, PublishingClient

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def page(candidate: Candidate, name: str, *, returning: bool = False) -> AsyncIterator[Channel]:
    address = f"{candidate.live_url}?page={name}" + ("&returning=1" if returning else "")
    async with connect(address, additional_headers=candidate.headers, proxy=None) as socket:
        channel = Channel(socket)
        await channel.next()
        yield channel


async def test_F15_a_laptop_that_wakes_up_leaves_the_interview_to_the_telephone(served: Served) -> None:
    candidate = await served.new_candidate()
    async with page(candidate, "laptop"), page(candidate, "telephone") as telephone:
        async with page(candidate, "laptop", returning=True) as woken:
            assert woken.messages == [{"type": "replaced"}]
            assert await woken.closed() == 4001
        await telephone.send("ping")
        assert (await telephone.next())["type"] == "pong"


async def test_F15_whoever_asks_for_it_goes_on_there_and_a_page_that_was_last_comes_back(
    served: Served,
) -> None:
    candidate = await served.new_candidate()
    async with page(candidate, "laptop"), page(candidate, "telephone") as telephone:
        async with page(candidate, "laptop") as asked:
            assert asked.messages[0]["type"] == "state"
            assert await telephone.closed() == 4001
        async with page(candidate, "laptop", returning=True) as back:
            assert back.messages[0]["type"] == "state"


async def test_F15_the_sound_of_a_page_that_was_left_replaces_nobodys(served: Served) -> None:
    candidate = await served.new_candidate()
    async with page(candidate, "laptop"), page(candidate, "telephone"), PublishingClient() as peer:

        async def refused(offer: Offer) -> Answer:
            answer = await candidate.post("/offer?page=laptop", {"sdp": offer.sdp, "type": offer.type})
            assert (answer.status_code, answer.json()["code"]) == (409, "replaced")
            return await candidate.exchange(offer)  # names no page: a program, which is believed

        await peer.connect(refused, timeout_s=60)
