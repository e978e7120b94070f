"""One UDP port is enough: through a NAT that maps it, and from a container whose host publishes it."""

from tests.network.places import OUTSIDE, Place, gate_at, open_ports, publisher_at
from tests.support.media_sink import KeepingSink
from tests.support.networks import Networks


async def test_sound_and_pictures_come_through_a_nat_with_exactly_one_udp_port_open(street: Place) -> None:
    sink = KeepingSink()
    async with gate_at(street.server, address=OUTSIDE) as gate, publisher_at(street.candidate) as publisher:
        open_ports(street.router, udp=gate.port)
        connection = await publisher.connect(gate, sink)
        await sink.until(lambda sink: len(sink.packets) > 30 and len(sink.frames) > 5, 60)
        assert (await publisher.stop())["state"] == "connected"
        assert await connection.wait_closed() == "closed"
    assert {address[0] for address in connection.addresses} == {"172.31.7.1"}  # the NAT hides the candidate
    assert street.router.counted("media") >= connection.stats.datagrams > 35
    assert street.router.counted("refused") == 0
    assert connection.stats.lost == 0


async def test_the_same_port_serves_candidates_who_have_ipv6_alone(made: Networks) -> None:
    candidate, server = made.host("candidate"), made.host("server")
    made.join(candidate, "2001:db8:7::20/64", server, "2001:db8:7::1/64")
    sink = KeepingSink()
    async with gate_at(server, address="2001:db8:7::1") as gate, publisher_at(candidate) as publisher:
        connection = await publisher.connect(gate, sink)
        await sink.until(lambda sink: len(sink.packets) > 30 and len(sink.frames) > 5, 60)
        assert (await publisher.stop())["state"] == "connected"
        assert await connection.wait_closed() == "closed"
    assert {address[0] for address in connection.addresses} == {"2001:db8:7::20"}
    assert connection.stats.lost == 0
