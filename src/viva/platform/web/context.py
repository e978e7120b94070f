"""Every request has an id, a line in the log and a place in the metrics (S39).

The line names the route's template, never the path or the query: those hold tokens and names.
"""

import time
from contextvars import ContextVar

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from viva.platform.ids import uuid7
from viva.platform.metrics import Metrics
from viva.platform.web.hosts import PROBES
from viva.platform.web.layers import is_http

log = structlog.get_logger(__name__)

_request_id: ContextVar[str] = ContextVar("viva_request_id", default="-")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNMATCHED = "(no route)"
_QUIET = PROBES | {"/static/{file_path}"}
"""Routes worth a line only when something is wrong: machines ask all day, pages by the dozen."""
NEVER_ANSWERED = 499


def request_id() -> str:
    """The id of the request that is being answered; `-` outside of one."""
    return _request_id.get()


class RequestContext:
    """The outermost layer. The id is ours alone: one sent by the caller would be believed by nobody."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Bind the id for logs, send it as `X-Request-ID`, and write the line when all is said."""
        made = str(uuid7())
        token = _request_id.set(made)
        status = NEVER_ANSWERED
        started = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", made.encode())]
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close":
                status = status if status == 101 else 403
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=made):
            try:
                await next_app(scope, receive, watched)
            finally:
                self._record(scope, status, time.perf_counter() - started)
                _request_id.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = _method_of(scope), _route_of(scope)
        self._metrics.observe_request(method=method, route=route, status=status, seconds=seconds)
        if route not in _QUIET or status >= 400:
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _method_of(scope: Scope) -> str:
    if not is_http(scope):
        return "WEBSOCKET"
    return str(scope["method"]) if scope["method"] in _METHODS else "OTHER"


def _route_of(scope: Scope) -> str:
    return str(scope.get("path_template") or _UNMATCHED)
