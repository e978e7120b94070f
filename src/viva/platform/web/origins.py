"""Which hosts this server answers for, and which web origins may speak to it. Exact matches, no patterns."""

import ipaddress
from urllib.parse import urlsplit

import msgspec

from viva.platform.settings import Settings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Origins(msgspec.Struct, frozen=True):
    """The fixed lists, made once from the settings. Host names are lower case."""

    hosts: frozenset[str]
    """Names (any port) and `name:port` pairs that a Host header may carry."""
    origins: frozenset[str]
    """Origins that may call the API from a page and open sockets, the server's own among them."""
    foreign: frozenset[str]
    """Those of `origins` that are not this server: only they need CORS."""
    strict: bool
    """Production: a page of this server comes by https, whatever the proxy speaks to us."""

    def answers_for(self, host: str | None) -> bool:
        """Whether a Host header names this server."""
        parts = _split_host(host)
        return parts is not None and (parts[0] in self.hosts or (host or "").lower() in self.hosts)

    def may_speak(self, origin: str, *, host: str | None, scheme: str) -> bool:
        """Whether a page of `origin` may write to this server or open a socket.

        It may when it is on the list, or when it is the very address that this request went to.
        """
        if origin in self.origins:
            return True
        parts = urlsplit(origin)
        expected = "https" if self.strict or scheme in {"https", "wss"} else "http"
        same = parts.scheme == expected and bool(host) and origin == f"{expected}://{(host or '').lower()}"
        return same and self.answers_for(host)


def is_well_formed(host: str | None) -> bool:
    """Whether a Host header is a name or address with an optional port."""
    return _split_host(host) is not None


def _split_host(host: str | None) -> tuple[str, int | None] | None:
    if not host or not host.isascii() or any(char in host for char in " /\\@?#,;\t\r\n"):
        return None
    try:
        parts = urlsplit(f"//{host.lower()}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or parts.netloc.endswith(":"):
        return None
    return (f"[{name}]" if ":" in name else name), port


def origins_of(settings: Settings) -> Origins:
    """The lists for these settings."""
    own = settings.base_url.lower()
    hosts = {host.lower() for host in settings.allowed_hosts}
    if parts := _split_host(urlsplit(own).netloc):
        hosts.add(parts[0])
    if not settings.is_production:
        hosts |= _LOOPBACK
        hosts |= {_bracketed(settings.host.lower())}
    foreign = {origin.lower() for origin in settings.allowed_origins} - {_origin_of(own)}
    return Origins(
        hosts=frozenset(hosts),
        origins=frozenset(foreign | {_origin_of(own)}),
        foreign=frozenset(foreign),
        strict=settings.is_production,
    )


def _bracketed(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    name = parts.hostname or ""
    return f"{parts.scheme}://{_bracketed(name)}{port}"
