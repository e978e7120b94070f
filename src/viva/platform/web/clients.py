"""Who is calling: the address behind the proxies that we trust, and no others (S14)."""

import ipaddress
from collections.abc import Sequence

from litestar.types import Scope

from viva.platform.web.layers import header

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNKNOWN = "unknown"


class Clients:
    """Reads `X-Forwarded-For` from the right, and only while the hop that wrote it is a trusted proxy."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._trusted: tuple[Network, ...] = tuple(
            ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies
        )

    def address(self, scope: Scope) -> str:
        """The client's address; the connection's own peer unless that is a trusted proxy."""
        client = scope.get("client")
        address = client[0] if client else UNKNOWN
        hops = (header(scope, b"x-forwarded-for") or "")[:2000].split(",")
        while self._is_trusted(address) and hops and (hop := hops.pop().strip()):
            if not _is_address(hop):
                break
            address = hop
        return address

    def _is_trusted(self, address: str) -> bool:
        return _is_address(address) and any(ipaddress.ip_address(address) in net for net in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
