"""The one port: who is let in, what is ignored, what is freed."""

import asyncio
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.support.candidate import eventually
from tests.support.media_sink import KeepingSink

from viva.media import Answer, Connection, MediaFull, MediaGate, Offer, PublishingClient
from viva.media.peer import connection as connection_module
from viva.media.peer import stun
from viva.media.peer.client import ConnectFailed

OPUS_20_MS = b"\x78" + b"o" * 40
KEYFRAME = b"\x10\x00\x00\x9d\x01\x2a\x80\x02\xe0\x01" + b"k" * 3_000
INTERFRAME = b"\x11" + b"i" * 2_000

DTLS_ALERT = b"\x15\xfe\xfd" + bytes(8) + b"\0\2\1\0"


class Desk:
    """Takes a client's offer to the gate; `change` may tamper with the offer or the answer on the way."""

    def __init__(self, gate: MediaGate) -> None:
        self.gate = gate
        self.sink = KeepingSink()
        self.answered = ""

    async def exchange(self, offer: Offer) -> Answer:
        answer, self.connection = await self.gate.answer(self.change(offer), self.sink)
        self.answered = answer.sdp
        return answer

    def change(self, offer: Offer) -> Offer:
        return offer

    connection: Connection


class Eavesdropper:
    """A bare socket on loopback that keeps what it gets."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def received(self) -> int:
        count = 0
        while True:
            try:
                self.socket.recv(2048)
            except BlockingIOError:
                return count
            count += 1

    def close(self) -> None:
        self.socket.close()


async def test_sound_and_pictures_arrive_whole_and_in_order() -> None:
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient(video=True) as client:
        desk = Desk(gate)
        await client.connect(desk.exchange)
        for number in range(30):
            client.send_audio(OPUS_20_MS + bytes((number,)))
            client.send_video(KEYFRAME if number == 0 else INTERFRAME, 3_000)
            await asyncio.sleep(0)
        client.send_reports()
        await desk.sink.until(lambda sink: len(sink.packets) == 30 and len(sink.frames) == 30)
        await desk.sink.until(lambda sink: len(sink.clocks) == 2)
        await client.close()
        assert await desk.connection.wait_closed() == "closed"
    assert [packet.data[-1] for packet in desk.sink.packets] == list(range(30))
    assert [frame.data for frame in desk.sink.frames] == [KEYFRAME] + [INTERFRAME] * 29
    assert desk.sink.states == ["connected", "closed"]


async def test_S21_no_packet_is_sent_to_an_address_that_an_offer_names() -> None:
    victim = Eavesdropper()
    try:
        async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient() as client:
            desk = Desk(gate)
            candidate = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {victim.port} typ host\r\na=mid:0"
            desk.change = lambda offer: Offer(offer.sdp.replace("a=mid:0", candidate))  # type: ignore[method-assign]
            await client.connect(desk.exchange)
            client.send_audio(OPUS_20_MS)
            await desk.sink.until(lambda sink: bool(sink.packets))
        assert victim.received() == 0
    finally:
        victim.close()


async def test_S21_a_check_without_our_password_gets_no_reply_at_all() -> None:
    stranger = Eavesdropper()
    try:
        async with MediaGate(port=0, address="127.0.0.1") as gate:
            desk = Desk(gate)
            async with PublishingClient() as client:
                await client.connect(desk.exchange)
                ufrag = desk.answered.split("a=ice-ufrag:")[1].split("\r\n")[0]
                for name, password in ((f"{ufrag}:guess", "x" * 32), ("nobody:nobody", "x" * 32)):
                    forged = stun.request(name, password, 1)
                    stranger.socket.sendto(forged, ("127.0.0.1", gate.port))
                    stranger.socket.sendto(forged[:-3], ("127.0.0.1", gate.port))
                stranger.socket.sendto(b"\0\1", ("127.0.0.1", gate.port))
                client.send_audio(OPUS_20_MS)
                await desk.sink.until(lambda sink: bool(sink.packets))
        assert stranger.received() == 0
    finally:
        stranger.close()


async def test_S23_a_certificate_other_than_the_named_one_fails_the_connection() -> None:
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient() as client:
        desk = Desk(gate)
        other = ":".join(["AA"] * 32)

        def change(offer: Offer) -> Offer:
            value = offer.sdp.split("a=fingerprint:sha-256 ")[1].split("\r\n")[0]
            return Offer(offer.sdp.replace(value, other))

        desk.change = change  # type: ignore[method-assign]
        with pytest.raises(ConnectFailed):
            await client.connect(desk.exchange, timeout_s=1.0)
        assert await desk.connection.wait_closed() == "failed"
        assert desk.sink.states == ["failed"]
        assert gate.connections == ()


async def test_S23_damaged_repeated_and_malformed_packets_are_ignored_and_media_goes_on() -> None:
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient() as client:
        desk = Desk(gate)
        await client.connect(desk.exchange)
        send, sent = client._datagram, 0

        def damage(data: bytes, address: stun.Address | None = None) -> None:
            nonlocal sent
            if data[0] >= 128:
                sent += 1
                position = secrets.randbelow(len(data))
                send(data[:position] + bytes((data[position] ^ 0xFF,)) + data[position + 1 :])
                send(data[: secrets.randbelow(len(data))])
                send(b"\x80" + secrets.token_bytes(secrets.randbelow(60)))
                send(data)
            send(data, address)

        client._datagram = damage  # type: ignore[method-assign]
        for number in range(100):
            client.send_audio(OPUS_20_MS + bytes((number,)))
            await asyncio.sleep(0)
        await desk.sink.until(lambda sink: len(sink.packets) == 100)
        assert sent == 100
    assert [packet.data[-1] for packet in desk.sink.packets] == list(range(100))
    assert desk.connection.stats.refused > 200


async def test_S24_a_foreign_client_hello_before_the_real_one_changes_nothing() -> None:
    hello = b"\x16\xfe\xff" + bytes(8) + struct.pack("!H", 40) + b"\1" + secrets.token_bytes(39)
    stranger = Eavesdropper()
    try:
        async with MediaGate(port=0, address="127.0.0.1") as gate:
            for _ in range(20):
                desk = Desk(gate)

                def race(offer: Offer) -> Offer:
                    for _ in range(5):
                        stranger.socket.sendto(hello, ("127.0.0.1", gate.port))
                    return offer

                desk.change = race  # type: ignore[method-assign]
                async with PublishingClient() as client:
                    await client.connect(desk.exchange)
                    client.send_audio(OPUS_20_MS)
                    await desk.sink.until(lambda sink: bool(sink.packets))
        assert stranger.received() == 0
    finally:
        stranger.close()


@asynccontextmanager
async def _in_one_second(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[Desk, PublishingClient, bytes]]:
    """A connection in a second that does not end; its client makes no checks by itself. With one of them."""
    monkeypatch.setattr(connection_module, "TICK_S", 3_600.0)
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient() as client:
        desk = Desk(gate)
        await client.connect(desk.exchange)
        assert client._checks is not None
        client._checks.cancel()
        ufrag = desk.answered.split("a=ice-ufrag:")[1].split("\r\n")[0]
        password = desk.answered.split("a=ice-pwd:")[1].split("\r\n")[0]
        yield desk, client, stun.request(f"{ufrag}:{client._ufrag}", password, 1)


async def test_S25_one_second_takes_so_many_datagrams_and_no_more_whatever_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with _in_one_second(monkeypatch) as (desk, client, check):
        client.send_audio(OPUS_20_MS)
        await desk.sink.until(lambda sink: len(sink.packets) == 1)
        monkeypatch.setattr(connection_module, "DATAGRAMS_PER_S_MAX", 0)
        refused = desk.connection.stats.refused
        client._datagram(check)
        client._datagram(DTLS_ALERT)
        client.send_audio(OPUS_20_MS)

        async def all_refused() -> bool:
            return desk.connection.stats.refused == refused + 3

        await eventually(all_refused, 20)
        assert len(desk.sink.packets) == 1


async def test_S25_checks_from_new_addresses_are_few_and_take_nothing_from_those_that_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with _in_one_second(monkeypatch) as (desk, client, check):
        monkeypatch.setattr(connection_module, "STRANGERS_PER_S_MAX", 0)
        monkeypatch.setattr(connection_module, "DATAGRAMS_PER_S_MAX", desk.connection._this_second + 3)
        refused = desk.connection.stats.refused
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
            for _ in range(5):
                elsewhere.sendto(check, client._address)

        async def all_refused() -> bool:
            return desk.connection.stats.refused == refused + 5

        await eventually(all_refused, 20)
        client.send_audio(OPUS_20_MS)
        await desk.sink.until(lambda sink: len(sink.packets) == 1)


async def test_fifty_connections_leave_nothing_behind() -> None:
    async with MediaGate(port=0, address="127.0.0.1") as gate:
        loop = asyncio.get_running_loop()
        tasks = len(asyncio.all_tasks(loop))
        for _ in range(50):
            desk = Desk(gate)
            async with PublishingClient() as client:
                await client.connect(desk.exchange)
            await desk.connection.wait_closed()
        assert gate.connections == ()
        assert gate._by_address == gate._by_ufrag == {}
        assert len(asyncio.all_tasks(loop)) == tasks


async def test_a_full_house_says_so_and_an_ended_connection_makes_room() -> None:
    async with MediaGate(port=0, address="127.0.0.1", connections_max=1) as gate:
        desk = Desk(gate)
        async with PublishingClient() as client, PublishingClient() as second:
            await client.connect(desk.exchange)
            with pytest.raises(MediaFull):
                await second.connect(desk.exchange)
            await desk.connection.close()
        async with PublishingClient() as third:
            await third.connect(desk.exchange)


async def test_a_silent_peer_is_disconnected_then_failed_and_comes_back_when_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("viva.media.peer.connection.TICK_S", 0.01)
    monkeypatch.setattr("viva.media.peer.connection.SILENT_MS", 100.0)
    monkeypatch.setattr("viva.media.peer.connection.LOST_MS", 600.0)
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient() as client:
        desk = Desk(gate)
        await client.connect(desk.exchange)
        await desk.sink.until(lambda sink: sink.states[-1] == "disconnected")
        client.send_audio(OPUS_20_MS)
        await desk.sink.until(lambda sink: sink.states[-1] == "connected")
        await desk.sink.until(lambda sink: sink.states[-1] == "failed")
        assert gate.connections == ()
    assert desk.sink.states == ["connected", "disconnected", "connected", "disconnected", "failed"]


async def test_F17_lost_packets_are_asked_for_and_a_key_frame_too() -> None:
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient(video=True) as client:
        desk = Desk(gate)
        await client.connect(desk.exchange)
        client.send_video(KEYFRAME, 3_000)
        client.video.packet(b"lost", marker=True)
        client.video.advance(3_000)
        client.send_video(INTERFRAME, 3_000)
        client.send_video(KEYFRAME, 3_000)
        await desk.sink.until(lambda sink: len(sink.frames) == 2)
    assert [frame.keyframe for frame in desk.sink.frames] == [True, True]
    assert client.control_received >= 1
    assert desk.connection.stats.lost in {0, 1}


async def test_F17_one_sound_packet_in_five_lost_holds_the_others_up_for_no_second() -> None:
    async with MediaGate(port=0, address="127.0.0.1") as gate, PublishingClient() as client:
        desk = Desk(gate)
        await client.connect(desk.exchange)
        for number in range(100):
            if number % 5 == 3:
                client.audio.packet(OPUS_20_MS, marker=False)
                client.audio.advance(960)
            else:
                client.send_audio(OPUS_20_MS + bytes((number,)))
            await asyncio.sleep(0)
        await desk.sink.until(lambda sink: len(sink.packets) == 80)
    gaps = [
        after.timestamp - before.timestamp
        for before, after in zip(desk.sink.packets, desk.sink.packets[1:], strict=False)
    ]
    assert max(gaps) == 1_920
