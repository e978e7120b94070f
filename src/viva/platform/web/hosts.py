"""Only our own names: a request for another host is refused before anything looks at it (S48).

`X-Forwarded-Host` is never read: links come from the settings.
"""

from litestar.types import ASGIApp, Receive, Scope, Send

from viva.platform.errors import Malformed
from viva.platform.web.layers import header
from viva.platform.web.origins import Origins, is_well_formed

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines, by address: any well-formed Host will do, because no answer depends on it."""


class UnknownHost(Malformed):
    """The request names a host that this server does not answer for."""

    code = "unknown_host"
    message = "This server does not answer for that address."


class KnownHosts:
    """The layer."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raise `UnknownHost` unless exactly one Host header names us."""
        host = header(scope, b"host")
        known = is_well_formed(host) if scope["path"] in PROBES else self._origins.answers_for(host)
        if known:
            await next_app(scope, receive, send)
        else:
            raise UnknownHost
