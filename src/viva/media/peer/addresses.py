"""Which addresses an answer names: the one that was set, else those that this machine has."""

import socket

import ifaddr


def host_addresses() -> tuple[str, ...]:
    """All IPv4 addresses of this machine, the reachable ones first, loopback last.

    Loopback is named too, so that a browser on the same machine connects with the network cut off.
    """
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        found += [ip.ip for ip in adapter.ips if isinstance(ip.ip, str)]
    unique = sorted(set(found), key=lambda ip: (ip.startswith("127."), ip.startswith("169.254."), ip))
    return tuple(unique) or ("127.0.0.1",)


def announced(setting: str) -> tuple[str, ...]:
    """The addresses of `VIVA_MEDIA_ADDRESS` (names are resolved, several by comma), else `host_addresses`."""
    names = [name.strip() for name in setting.split(",") if name.strip()]
    if not names:
        return host_addresses()
    resolved = (socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_DGRAM) for name in names)
    return tuple(dict.fromkeys(str(entry[4][0]) for entries in resolved for entry in entries))
