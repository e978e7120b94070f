"""Security headers on every answer (S12) and `no-store` on everything but static files (S50)."""

from urllib.parse import urlsplit

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from viva.platform.settings import Settings

STATIC_PREFIX = "/static/"
INVITATIONS = "/i/"
"""Addresses that hold a token: not even our own server is told of them as a referrer."""
_YEAR_S = 31_536_000


def content_security_policy(settings: Settings) -> str:
    """Scripts, styles, sound and sockets from this server alone; nothing inline, no plug-ins, no frames."""
    base = urlsplit(settings.base_url)
    socket = f"{'wss' if base.scheme == 'https' else 'ws'}://{base.netloc}"
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "media-src": "'self' blob:",
        "connect-src": f"'self' {socket}",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def security_headers(settings: Settings) -> dict[bytes, bytes]:
    """The fixed set; HSTS where people come by https."""
    headers = {
        b"content-security-policy": content_security_policy(settings).encode(),
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"permissions-policy": b"camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
    }
    if settings.is_production or settings.base_url.startswith("https://"):
        headers[b"strict-transport-security"] = f"max-age={_YEAR_S}; includeSubDomains".encode()
    return headers


class SecurityHeaders:
    """The layer. What a handler set under these names is replaced: there is one policy."""

    def __init__(self, settings: Settings) -> None:
        self._fixed = security_headers(settings)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Add the headers to the answer, whatever it is."""

        async def covered(message: Message) -> None:
            if message["type"] == "http.response.start":
                fixed = self._fixed | _by_path(scope["path"], message["status"])
                kept = [pair for pair in message["headers"] if pair[0].lower() not in fixed]
                message["headers"] = [*kept, *fixed.items()]
            await send(message)

        await next_app(scope, receive, covered)


def _by_path(path: str, status: int) -> dict[bytes, bytes]:
    if path.startswith(STATIC_PREFIX) and status in {200, 304}:
        return {}
    if path.startswith(INVITATIONS):
        return {b"cache-control": b"no-store", b"referrer-policy": b"no-referrer"}
    return {b"cache-control": b"no-store"}
