"""S22: the coturn sample of `docs/operating.md` takes our credentials and reaches no private peer."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import TurnClientUdpProtocol
from tests.support.server import free_port
from tests.support.turn_server import SECRET, need_coturn, turnserver

from viva.media import ice_servers
from viva.platform.paths import ROOT

PRIVATE = ["127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"]
PUBLIC = "198.51.100.7"


def sample() -> str:
    """The documented lines, without what the tests have not: a certificate and the operator's secret."""
    shown = re.search(
        r"```\n# turnserver.conf\n(.*?)```", (ROOT / "docs/operating.md").read_text(), re.DOTALL
    )
    assert shown is not None
    own = ("cert=", "pkey=", "static-auth-secret=", "listening-port=", "tls-listening-port=")
    return "\n".join(line for line in shown[1].splitlines() if not line.startswith(own))


@asynccontextmanager
async def documented(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """coturn with the documented lines; gives its address."""
    need_coturn()
    port = free_port(socket.SOCK_DGRAM)
    file = folder / "turnserver.conf"
    file.write_text(sample())
    async with turnserver(port, folder, ["-c", str(file)]):
        yield "127.0.0.1", port


@asynccontextmanager
async def client(address: tuple[str, int], now: datetime) -> AsyncIterator[TurnClientUdpProtocol]:
    """An allocation with the credentials that a browser gets at `now`."""
    [told] = ice_servers((f"turn:{address[0]}:{address[1]}",), SECRET, UUID(int=7), now)
    _, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: TurnClientUdpProtocol(address, told.username, told.credential, 600, 500),
        remote_addr=address,
    )
    try:
        await protocol.connect()
        yield protocol
    finally:
        await protocol.delete()


async def test_S22_private_peers_are_denied_and_public_ones_are_not(tmp_path: Path) -> None:
    async with documented(tmp_path) as address, client(address, datetime.now(UTC)) as allocation:
        await allocation.channel_bind(0x4000, (PUBLIC, 8001))
        for number, peer in enumerate(PRIVATE, 0x4001):
            with pytest.raises(TransactionFailed, match="403"):
                await allocation.channel_bind(number, (peer, 8001))


async def test_S22_credentials_of_two_hours_ago_are_refused(tmp_path: Path) -> None:
    async with documented(tmp_path) as address:
        with pytest.raises(TransactionFailed, match="401"):
            async with client(address, datetime.now(UTC) - timedelta(hours=2)):
                pass
