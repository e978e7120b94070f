"""Which addresses an answer names: the one that was set, else those that this machine has."""

import asyncio
import ipaddress
import socket

import ifaddr


def host_addresses(*, six: bool = False) -> tuple[str, ...]:
    """All IPv4 addresses of this machine, the reachable ones first, loopback last; with `six` IPv6 ones too.

    Loopback is named too, so that a browser on the same machine connects with the network cut off.
    """
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        found += [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for ip in adapter.ips]
    kept = sorted({ip for ip in found if ":" not in ip or (six and _is_routed(ip))}, key=_rank)
    return tuple(kept) or ("127.0.0.1",)


def _is_routed(six: str) -> bool:
    address = ipaddress.IPv6Address(six.partition("%")[0])
    return not (address.is_link_local or address.is_loopback or address.is_multicast)


def _rank(ip: str) -> tuple[bool, bool, bool, str]:
    return ip.startswith("127."), ip.startswith("169.254."), ":" in ip, ip


async def announced(setting: str, *, six: bool = False) -> tuple[str, ...]:
    """The addresses of `VIVA_MEDIA_ADDRESS` (several by comma), else `host_addresses`.

    Names are looked up each time, off the event loop; of IPv6 only if `six`. Raises `OSError` for a name that
    cannot be found.
    """
    names = [name.strip() for name in setting.split(",") if name.strip()]
    if not names:
        return host_addresses(six=six)
    families = socket.AF_UNSPEC if six else socket.AF_INET
    loop = asyncio.get_running_loop()
    resolved = [await loop.getaddrinfo(name, None, family=families, type=socket.SOCK_DGRAM) for name in names]
    return tuple(dict.fromkeys(str(entry[4][0]) for entries in resolved for entry in entries))
