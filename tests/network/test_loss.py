"""F17: packets lost on the way, and a narrow way."""

import asyncio
import logging
from pathlib import Path

import msgspec
from playwright.async_api import Playwright
from tests.media.peer.test_interop import Desk, publish_from
from tests.network.homes import chromium_at
from tests.network.places import gate_at, lose, publisher_at
from tests.support.media_sink import KeepingSink
from tests.support.networks import Host, Networks

from viva.media import ConnectionStats, MediaGate

log = logging.getLogger(__name__)
GAP_MAX_MS = 1_000
SPOKEN_MS = 6_000
NARROW_MS = 8_000


class Arrived(msgspec.Struct, frozen=True):
    """What became of some seconds of one candidate's sound and pictures."""

    stats: ConnectionStats
    longest_gap_ms: float
    missing_sound_pct: float
    frames: int
    key_frames: int
    dropped: int


def arrived(sink: KeepingSink, stats: ConnectionStats, dropped: int) -> Arrived:
    packets = sink.packets
    ends = [packet.timestamp + packet.duration for packet in packets]
    gaps = [after.timestamp - end for after, end in zip(packets[1:], ends, strict=False)]
    spoken = ends[-1] - packets[0].timestamp
    return Arrived(
        stats=stats,
        longest_gap_ms=max(gaps) / 48,
        missing_sound_pct=100 * sum(gaps) / spoken,
        frames=len(sink.frames),
        key_frames=sum(frame.keyframe for frame in sink.frames),
        dropped=dropped,
    )


def spoken_ms(sink: KeepingSink) -> float:
    return (sink.packets[-1].timestamp - sink.packets[0].timestamp) / 48 if sink.packets else 0.0


async def talk(host: Host, gate: MediaGate, pct: int) -> Arrived:
    """Some seconds of sound and pictures, of which `pct` per cent are lost on their way out."""
    sink = KeepingSink()
    async with publisher_at(host) as publisher:
        connection = await publisher.connect(gate, sink)
        await sink.until(lambda sink: len(sink.packets) > 5 and len(sink.frames) > 0, 60)
        lose(host, pct)
        await sink.until(lambda sink: spoken_ms(sink) > SPOKEN_MS, 60)
        dropped = host.counted("lost")
        host.filter("")
        await publisher.stop()
        await connection.wait_closed()
    return arrived(sink, connection.stats, dropped)


async def test_F17_five_twenty_and_forty_per_cent_lost_leave_sound_that_can_be_used(made: Networks) -> None:
    server = made.host("server")
    homes = {}
    for pct in (5, 20, 40):
        homes[pct] = made.host(f"home{pct}")
        made.join(homes[pct], f"10.7.{pct}.2/24", server, f"10.7.{pct}.1/24")
    async with gate_at(server, address=",".join(f"10.7.{pct}.1" for pct in homes)) as gate:
        found = dict(
            zip(homes, await asyncio.gather(*(talk(homes[pct], gate, pct) for pct in homes)), strict=True)
        )
    for pct, result in found.items():
        log.info("%d %% lost: %s", pct, result)
        assert result.dropped
        assert result.stats.recovered > 0
    assert max(found[5].longest_gap_ms, found[20].longest_gap_ms) < GAP_MAX_MS
    assert found[20].missing_sound_pct < 5
    assert found[20].stats.recovered > found[20].stats.asked * 0.8


async def test_F17_sound_goes_on_where_only_two_hundred_kilobits_a_second_pass(
    made: Networks, playwright: Playwright, tmp_path: Path
) -> None:
    server, home = made.host("server"), made.host("home")
    end, _ = made.join(home, "10.7.0.2/24", server, "10.7.0.1/24")
    async with (
        gate_at(server, address="10.7.0.1") as gate,
        chromium_at(home, playwright, tmp_path) as browser,
    ):
        desk = Desk(gate)
        await publish_from(await browser.new_page(), desk)
        await desk.sink.until(lambda sink: len(sink.packets) > 20 and len(sink.frames) > 20, 60)
        home.slow_down(end, "200kbit")
        already = spoken_ms(desk.sink)
        await desk.sink.until(lambda sink: spoken_ms(sink) > already + NARROW_MS, 60)
    assert desk.connection is not None
    result = arrived(desk.sink, desk.connection.stats, 0)
    log.info("200 kbit/s: %s", result)
    assert result.longest_gap_ms < GAP_MAX_MS
