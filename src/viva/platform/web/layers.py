"""The onion around the application: small ASGI layers, each with one duty, the first one outermost.

They stand outside Litestar's router, because its own middleware does not run for what no route matches: a
404, a 405 and a refused body carry the same headers and the same log line as everything else.
"""

from collections.abc import Sequence
from typing import Protocol

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from typing_extensions import TypeIs


class Layer(Protocol):
    """One duty. `handle` sees every `http` and `websocket` connection, never `lifespan`."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Do the duty and call `next_app`, or refuse by raising a `VivaError` or closing the socket."""
        ...


def wrap(app: ASGIApp, layers: Sequence[Layer]) -> ASGIApp:
    """`app` inside all `layers`; the first of them sees a connection first."""
    for layer in reversed(layers):
        app = _around(layer, app)
    return app


def _around(layer: Layer, next_app: ASGIApp) -> ASGIApp:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        await layer.handle(scope, receive, send, next_app)

    return wrapped


def header(scope: Scope, name: bytes) -> str | None:
    """The one value of a header (lower-case `name`), None when it is absent or given more than once."""
    values = [value for key, value in scope["headers"] if key.lower() == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def has_header(scope: Scope, name: bytes) -> bool:
    """Whether a header is there at all, even several times."""
    return any(key.lower() == name for key, _ in scope["headers"])


def is_http(scope: Scope) -> TypeIs[HTTPScope]:
    """Whether this is a request, and not a socket."""
    return scope["type"] == ScopeType.HTTP
