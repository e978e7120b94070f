"""How much may be sent, counted as it streams in, whatever Content-Length says (S17)."""

from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send, WebSocketReceiveMessage

from viva.platform.errors import Malformed, TooLarge
from viva.platform.web.layers import has_header, header, is_http

UPLOAD_MAX_BYTES = 10_000_000
JSON_MAX_BYTES = 1_048_576
FORM_MAX_BYTES = 65_536
"""Small, because Litestar keeps the last thousand url-encoded bodies in a cache."""
FORM_PARTS_MAX = 100
_BY_TYPE = {"application/json": JSON_MAX_BYTES, "application/x-www-form-urlencoded": FORM_MAX_BYTES}


class ClientGone(Malformed):
    """The sender hung up in the middle of a body; nobody reads the answer."""

    code = "client_gone"


class BodyLimit:
    """The layer. Also refuses NUL characters in the address, which no database text can hold."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Raise `TooLarge` at once for a declared size, and while reading for an undeclared one."""
        if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
            raise Malformed
        if not is_http(scope):
            await next_app(scope, receive, send)
            return
        limit = _limit_of(scope)
        _check_declared(scope, limit)
        await next_app(scope, _counted(receive, limit), send)


def _limit_of(scope: Scope) -> int:
    kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    return _BY_TYPE.get(kind, UPLOAD_MAX_BYTES)


def _check_declared(scope: Scope, limit: int) -> None:
    if not has_header(scope, b"content-length"):
        return
    declared = header(scope, b"content-length") or ""
    if not (declared.isascii() and declared.isdigit()) or has_header(scope, b"transfer-encoding"):
        raise Malformed
    if len(declared) > len(str(limit)) or int(declared) > limit:
        raise TooLarge


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0
    complete = False

    async def counted() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        nonlocal seen, complete
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message["body"])
            complete = not message.get("more_body", False)
            if seen > limit:
                raise TooLarge
        elif message["type"] == "http.disconnect" and not complete:
            raise ClientGone
        return message

    return counted
