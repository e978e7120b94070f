"""WebSockets are not covered by CORS: the origin of each is checked before it is accepted (S07)."""

from litestar.types import ASGIApp, Receive, Scope, Send

from viva.platform.errors import Forbidden
from viva.platform.web.layers import has_header, header, is_http
from viva.platform.web.origins import Origins


class ForeignOrigin(Forbidden):
    """A page of another site tried to write or to open a socket."""

    code = "foreign_origin"
    message = "This request came from another site and was refused."


class SocketOrigins:
    """The layer. A client without a page proves itself by `Authorization`, which no page can send."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raise `ForeignOrigin` for a socket that a foreign page, or nobody in particular, opens."""
        if not is_http(scope) and not self._may_open(scope):
            raise ForeignOrigin
        await next_app(scope, receive, send)

    def _may_open(self, scope: Scope) -> bool:
        if not has_header(scope, b"origin"):
            return has_header(scope, b"authorization")
        origin = header(scope, b"origin")
        return origin is not None and self._origins.may_speak(
            origin, host=header(scope, b"host"), scheme=scope["scheme"]
        )
