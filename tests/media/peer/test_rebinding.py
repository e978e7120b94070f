"""F16: a NAT that gives the same candidate another address, in the middle of it all."""

import asyncio

import pytest
from tests.support.candidate import eventually
from tests.support.media_sink import KeepingSink

from viva.media import Answer, MediaGate, Offer, PublishingClient

OPUS_20_MS = b"\x78" + b"o" * 40


async def another_address(client: PublishingClient) -> None:
    """From now on the client's datagrams come from elsewhere; it does not know."""
    loop = asyncio.get_running_loop()
    before = client._transport
    client._transport, _ = await loop.create_datagram_endpoint(lambda: client, local_addr=("0.0.0.0", 0))  # noqa: S104 (a client's own port)
    assert before is not None
    before.close()


async def test_F16_media_goes_on_from_another_address_after_its_first_check_and_reports_follow_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("viva.media.peer.client.CONSENT_S", 0.1)
    sink = KeepingSink()
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient() as client:

        async def exchange(offer: Offer) -> Answer:
            answer, made = await gate.answer(offer, sink)
            connections.append(made)
            return answer

        connections: list[object] = []
        await client.connect(exchange)
        client.send_audio(OPUS_20_MS)
        await sink.until(lambda sink: len(sink.packets) == 1)
        await another_address(client)
        before = client.control_received

        async def heard() -> bool:
            client.send_audio(OPUS_20_MS)
            return len(sink.packets) > 1

        await eventually(heard, 60)

        async def reported() -> bool:
            return client.control_received > before

        await eventually(reported, 60)
        assert gate.connections == tuple(connections)
    assert sink.states == ["connected", "closed"]
