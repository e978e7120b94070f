"""The ASGI application: `viva.asgi:app`. It answers at once and says so while the house is still opening.

From the first moment `/healthz` is alive and everything else is 503 with Retry-After, so that a database
that comes late (F11) is waited for in the open. Once the parts are joined it is the Litestar application.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

import structlog

from viva.bootstrap import Progress, running
from viva.platform.settings import Settings, load

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_STARTING = (
    b'{"code": "starting", "message": "viva is starting. Please try again in a moment.", "detail": {}}'
)
_STOPPING = (
    b'{"code": "stopping", "message": "viva is restarting. Please try again in a moment.", "detail": {}}'
)


class Doorway:
    """Opens the house in the background of the server's life, and closes it with it.

    `drain` is the orderly way out (F14): nobody new comes in, and who is inside is told before it closes.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        progress: Progress = lambda _line: None,
        opened: Callable[[], None] = lambda: None,
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._progress = progress
        self._opened = opened
        self._failed = failed
        self._app: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None
        self._house: asyncio.Task[None] | None = None
        self._leave = asyncio.Event()
        self._drain: Callable[[], Awaitable[None]] | None = None
        self._draining = False
        self.error: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand over to the application, or say that it is not there yet."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._app is not None and not self._draining:
            await self._app(scope, receive, send)
        else:
            await _closed(scope, send, _STOPPING if self._draining else _STARTING)

    async def drain(self) -> None:
        """Let nobody in any more, and return when every running interview has been told and is stored."""
        self._draining = True
        if self._drain is not None:
            await self._drain()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._house = asyncio.create_task(self._keep_house(), name="viva.house")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._leave.set()
        if self._app is None:
            self._house.cancel()
        await asyncio.gather(self._house, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_house(self) -> None:
        try:
            async with running(self._settings or load(), self._progress) as house:
                self._app = cast("Any", house)  # Litestar's own names for the same protocol
                self._drain = house.state.drain
                self._opened()
                await self._leave.wait()
        except Exception as error:  # noqa: BLE001 (told to the person by whoever started us)
            log.error("house_failed", error=type(error).__name__)
            self.error = error
            self._failed()
        finally:
            self._app = self._drain = None


async def _closed(scope: Scope, send: Send, why: bytes) -> None:
    """Alive, and nothing else: come back in a moment."""
    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1013, "reason": "not now"})
        return
    alive = scope["path"] == "/healthz"
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if not alive:
        headers.append((b"retry-after", b"2"))
    start: Message = {"type": "http.response.start", "status": 200 if alive else 503, "headers": headers}
    await send(start)
    body = b'{"status":"alive"}' if alive else why
    await send({"type": "http.response.body", "body": body, "more_body": False})


app = Doorway()
