"""No page of another site writes here in somebody's name (S09); `docs/decisions/0004-csrf.md` has the why."""

from litestar.types import ASGIApp, Receive, Scope, Send

from viva.platform.web.layers import has_header, header, is_http
from viva.platform.web.origins import Origins
from viva.platform.web.sockets import ForeignOrigin

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


class SameSiteWrites:
    """The layer: unsafe methods come from our own pages, from a listed origin, or from no browser at all."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raise `ForeignOrigin` for an unsafe request that another site's page may have sent."""
        if is_http(scope) and scope["method"] not in _SAFE and not self._may_write(scope):
            raise ForeignOrigin
        await next_app(scope, receive, send)

    def _may_write(self, scope: Scope) -> bool:
        """Browsers always say where an unsafe request comes from; silence with a cookie is not believed."""
        unattended = has_header(scope, b"cookie")
        if has_header(scope, b"origin") and header(scope, b"origin") != "null":
            return self._is_listed(scope) or (_carries_bearer(scope) and not unattended)
        if has_header(scope, b"sec-fetch-site"):
            return header(scope, b"sec-fetch-site") in _OURS
        if has_header(scope, b"origin"):
            return False
        return _carries_bearer(scope) or not unattended

    def _is_listed(self, scope: Scope) -> bool:
        origin = header(scope, b"origin")
        return origin is not None and self._origins.may_speak(
            origin, host=header(scope, b"host"), scheme=scope["scheme"]
        )


def _carries_bearer(scope: Scope) -> bool:
    """A bearer is put in by a program, never by a browser on its own: no ambient authority."""
    return (header(scope, b"authorization") or "").lower().startswith("bearer ")
