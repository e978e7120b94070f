"""A candidate at home, a server behind a router, and what the router lets through."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from tests.support.networks import Host, networks

from viva.media import Answer, MediaGate, Offer

ROOT = Path(__file__).parent.parent.parent
OUTSIDE = "198.51.100.1"
"""The router's address that candidates see. (198.51.100.0/24 is for documentation, RFC 5737.)"""
HOME = "198.51.100.20"
INSIDE = "172.31.7.2"
"""The server's own, as a container has it: nobody outside reaches it."""


class Place(msgspec.Struct, frozen=True):
    """Candidate, router and server; the names of the candidate's cable and of the router's towards it."""

    candidate: Host
    router: Host
    server: Host
    home_end: str
    street_end: str


@contextmanager
def place() -> Iterator[Place]:
    """Candidate — router — server, with nothing let through yet."""
    with networks() as made:
        candidate, router, server = made.host("candidate"), made.host("router"), made.host("server")
        home_end, street_end = made.join(candidate, f"{HOME}/24", router, f"{OUTSIDE}/24")
        made.join(server, f"{INSIDE}/24", router, "172.31.7.1/24")
        server.ip("route", "add", "default", "via", "172.31.7.1")
        router.forward()
        yield Place(candidate, router, server, home_end, street_end)


def open_ports(place: Place, *, udp: int | None = None, tcp: int | None = None) -> None:
    """Map these ports of the router's outside address to the server, as a NAT and a container's host do.

    Everything else is dropped and counted as `refused`; what comes by the UDP port is counted as `media`.
    Both sides see the router's address instead of each other's.
    """
    maps = [
        f"iifname {place.street_end} {kind} dport {port} dnat to {INSIDE}"
        for kind, port in (("udp", udp), ("tcp", tcp))
        if port is not None
    ]
    media = f"udp dport {udp} counter name media" if udp is not None else ""
    newline = "\n"
    place.router.filter(f"""
        table ip nat {{
            chain before {{
                type nat hook prerouting priority dstnat
                {newline.join(maps)}
            }}
            chain after {{
                type nat hook postrouting priority srcnat
                masquerade
            }}
        }}
        table ip viva {{
            counter media {{ }}
            counter refused {{ }}
            chain through {{
                type filter hook forward priority filter
                policy drop
                {media}
                ct state established accept
                ct status dnat accept
                counter name refused
            }}
            chain itself {{
                type filter hook input priority filter
                policy drop
                counter name refused
            }}
        }}
    """)


def lose(host: Host, pct: int) -> None:
    """Let this share of the datagrams out of `host` vanish; those are counted as `lost`."""
    host.filter(f"""
        table ip viva {{
            counter lost {{ }}
            chain out {{
                type filter hook output priority filter
                meta l4proto udp numgen random mod 100 < {pct} counter name lost drop
            }}
        }}
    """)


@asynccontextmanager
async def gate_at(host: Host, *, address: str) -> AsyncIterator[MediaGate]:
    """A gate whose one socket is `host`'s."""
    gate = MediaGate(port=0, address=address)
    with host.entered():
        await gate.__aenter__()
    try:
        yield gate
    finally:
        await gate.__aexit__(None, None, None)


class Publisher:
    """aiortc on another host, publishing sound and pictures."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def connect(self, gate: MediaGate, sink: Any) -> Any:
        """Carry its offer to the gate and the answer back; the gate's connection."""
        offer = await self._line()
        answer, connection = await gate.answer(Offer(offer["sdp"]), sink)
        await self._write(answer)
        return connection

    async def _write(self, answer: Answer) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"sdp": answer.sdp}).encode() + b"\n")
        await self._process.stdin.drain()

    async def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return line

    async def stop(self) -> dict[str, Any]:
        """End; what it counted."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await self._line()


@asynccontextmanager
async def publisher_at(host: Host) -> AsyncIterator[Publisher]:
    """Start it; whatever is left of it at the end is killed."""
    command = host.command(sys.executable, "-m", "tests.support.webrtc_client")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        yield Publisher(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
