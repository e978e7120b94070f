"""With many connections the socket is read by the clock; nothing may be lost by it, and few are as before."""

import asyncio
from contextlib import AsyncExitStack

from tests.support.media_sink import KeepingSink

from viva.media import Answer, Connection, MediaGate, Offer, PublishingClient

OPUS_20_MS = b"\x78" + b"o" * 40


class Desk:
    def __init__(self, gate: MediaGate) -> None:
        self.gate = gate
        self.sink = KeepingSink()

    async def exchange(self, offer: Offer) -> Answer:
        answer, self.connection = await self.gate.answer(offer, self.sink)
        return answer

    connection: Connection


async def test_sound_of_many_arrives_whole_and_so_does_that_of_the_few_that_stay() -> None:
    async with MediaGate(port=0, address="127.0.0.1") as gate:
        desks = [Desk(gate) for _ in range(12)]
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(PublishingClient()) for _ in desks]
            for desk, client in zip(desks, clients, strict=True):
                await client.connect(desk.exchange)
            for number in range(40):
                for client in clients:
                    client.send_audio(OPUS_20_MS + bytes((number,)))
            for desk in desks:
                await desk.sink.until(lambda sink: len(sink.packets) == 40)
            for client in clients[2:]:
                await client.close()
            await asyncio.gather(*(desk.connection.wait_closed() for desk in desks[2:]))
            for client in clients[:2]:
                client.send_audio(OPUS_20_MS + b"\x28")
            for desk in desks[:2]:
                await desk.sink.until(lambda sink: len(sink.packets) == 41)
    assert [packet.data[-1] for packet in desks[0].sink.packets] == list(range(41))
