"""Where refusals of the layers become answers: inside the headers and the log, around everything else."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from viva.platform.errors import VivaError
from viva.platform.web.failures import status_of
from viva.platform.web.layers import is_http
from viva.platform.web.request import StrictRequest
from viva.platform.web.responses import ErrorResponses

_CLOSE = 4000
"""WebSocket close codes from 4000 on are the application's: 4403 is a 403. Before the accept it is a 403."""


class Boundary:
    """The layer. An answer that has begun cannot be replaced: then the exception goes on to the server."""

    def __init__(self, responses: ErrorResponses) -> None:
        self._responses = responses

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer what the layers below refuse, and what escaped the application."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await next_app(scope, receive, watched)
        except Exception as error:
            if begun:
                raise
            await self._refuse(scope, receive, send, error)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, error: Exception) -> None:
        if is_http(scope):
            request = StrictRequest(scope, receive, send)
            response = self._responses.answer(request, error).to_asgi_response(app=None, request=request)
            await response(scope, receive, send)
        else:
            status = status_of(error) if isinstance(error, VivaError) else 500
            await send({"type": "websocket.close", "code": _CLOSE + status, "reason": ""})
            if status == 500:
                raise error
