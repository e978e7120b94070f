"""A candidate at home, a server behind a router, and what the router lets through."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from tests.support.networks import Host, Networks, networks

from viva.media import Answer, MediaGate, Offer

ROOT = Path(__file__).parent.parent.parent
OUTSIDE = "192.0.2.1"
"""The router's public address, by which candidates reach the server. (RFC 5737: for documentation.)"""
INSIDE = "172.31.7.2"
"""The server's own, as a container has it: nobody outside reaches it."""
HOME, MOBILE, TURN = "198.51.100", "203.0.113", "192.0.2.77"


class Place(msgspec.Struct, frozen=True):
    """Candidate, router and server; the name of the candidate's end of their cable."""

    made: Networks
    candidate: Host
    router: Host
    server: Host
    home: str

    def second_link(self) -> str:
        """Another way for the candidate, of a worse metric, as a telephone beside Wi-Fi; its end's name."""
        return _street(self.made, self.candidate, self.router, MOBILE, metric="20")

    def turn_host(self) -> Host:
        """A host for a TURN server at `TURN`, beside the router."""
        turn = self.made.host("turn")
        self.made.join(turn, f"{TURN}/24", self.router, "192.0.2.2/24")
        turn.ip("route", "add", "default", "via", "192.0.2.2")
        return turn


@contextmanager
def place() -> Iterator[Place]:
    """Candidate — router — server, with nothing let through yet."""
    with networks() as made:
        candidate, router, server = made.host("candidate"), made.host("router"), made.host("server")
        home = _street(made, candidate, router, HOME, metric="10")
        router.ip("address", "add", f"{OUTSIDE}/32", "dev", "lo")
        made.join(server, f"{INSIDE}/24", router, "172.31.7.1/24")
        server.ip("route", "add", "default", "via", "172.31.7.1")
        router.forward()
        yield Place(made, candidate, router, server, home)


def _street(made: Networks, candidate: Host, router: Host, net: str, *, metric: str) -> str:
    end, _ = made.join(candidate, f"{net}.20/24", router, f"{net}.1/24")
    candidate.ip("route", "add", "default", "via", f"{net}.1", "metric", metric)
    return end


def open_ports(
    router: Host, *, udp: int | None = None, tcp: int | None = None, turn: int | None = None
) -> None:
    """Map these ports of the router's public address to the server, as a NAT or a container's host does.

    Both sides see the router's address instead of each other's. TCP to port `turn` of the TURN server passes,
    and what that one sends to the UDP port. Everything else is dropped and counted as `refused`; what comes
    to the server's UDP port is counted as `media`.
    """
    given = {"udp": udp, "tcp": tcp}
    maps = [
        f"ip daddr {OUTSIDE} {kind} dport {port} dnat to {INSIDE}" for kind, port in given.items() if port
    ]
    passing = ["ct state established accept"]
    if udp:
        passing.insert(0, f"ip daddr {INSIDE} udp dport {udp} counter name media")
    if turn:
        passing += [
            f"ip daddr {TURN} tcp dport {turn} accept",
            f"ip saddr {TURN} ct status dnat accept",
            "meta l4proto udp counter name refused drop",
        ]
    passing += ["ct status dnat accept", "counter name refused"]
    router.filter(_RULES.format(maps="\n".join(maps), passing="\n".join(passing)))


_RULES = """
table ip nat {{
    chain before {{
        type nat hook prerouting priority dstnat
        {maps}
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
        {passing}
    }}
    chain itself {{
        type filter hook input priority filter
        policy drop
        counter name refused
    }}
}}
"""


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
