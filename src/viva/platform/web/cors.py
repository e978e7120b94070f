"""Pages of the listed origins may call the API; everybody else's browser is told nothing (S08).

No credentials are shared across origins: such pages sign in with a bearer token. Nothing of the request's own
`Origin` is reflected unless it stands, letter by letter, on the list.
"""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from viva.platform.web.layers import has_header, header, is_http
from viva.platform.web.origins import Origins
from viva.platform.web.sockets import ForeignOrigin

METHODS = "GET, POST, PUT, PATCH, DELETE"
HEADERS = "Authorization, Content-Type, Idempotency-Key, Accept-Language, Range"
EXPOSED = "Location, Retry-After, X-Request-ID, Content-Range, Accept-Ranges"
MAX_AGE_S = 600


class CrossOrigin:
    """The layer. Without listed origins it adds nothing but `Vary: Origin`."""

    def __init__(self, origins: Origins) -> None:
        self._foreign = origins.foreign

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer preflights; mark answers to listed origins."""
        origin = header(scope, b"origin")
        if not is_http(scope) or origin is None:
            await next_app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and has_header(scope, b"access-control-request-method"):
            await self._preflight(origin, send)
        else:
            await next_app(scope, receive, self._marked(origin, send))

    async def _preflight(self, origin: str, send: Send) -> None:
        if origin not in self._foreign:
            raise ForeignOrigin
        headers = [
            (b"access-control-allow-origin", origin.encode()),
            (b"access-control-allow-methods", METHODS.encode()),
            (b"access-control-allow-headers", HEADERS.encode()),
            (b"access-control-max-age", str(MAX_AGE_S).encode()),
            (b"vary", b"Origin"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _marked(self, origin: str, send: Send) -> Send:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"vary", b"Origin")]
                if origin in self._foreign:
                    headers.append((b"access-control-allow-origin", origin.encode()))
                    headers.append((b"access-control-expose-headers", EXPOSED.encode()))
                message["headers"] = headers
            await send(message)

        return marked
