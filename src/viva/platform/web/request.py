"""The request class of the whole application: Litestar's, with strict reading of bodies."""

from typing import Any
from urllib.parse import unquote_to_bytes

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.datastructures.state import State

from viva.platform.errors import Malformed
from viva.platform.web.decoding import is_storable, parse_json

_FORM = "application/x-www-form-urlencoded"


class StrictRequest(Request[Any, Any, State]):
    """Bodies that cannot be read raise `Malformed`; nothing is guessed or replaced."""

    async def json(self) -> Any:
        """The document, see `parse_json`. The body must say that it is JSON."""
        kind = self.content_type[0]
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise Malformed
        return parse_json(await self.body())

    async def body(self) -> bytes:
        """The bytes; those of a form must be UTF-8 without NUL."""
        body = await super().body()
        if self.content_type[0] == _FORM:
            _check_form(body)
        return body

    async def form(self) -> FormMultiDict:
        """The form, url-encoded or multipart. Any other body raises `Malformed`."""
        if self.content_type[0] not in {_FORM, "multipart/form-data"}:
            raise Malformed
        try:
            form = await super().form()
        except (UnicodeError, LookupError, ValueError):
            raise Malformed from None
        if not all(
            is_storable(part) for pair in form.multi_items() for part in pair if isinstance(part, str)
        ):
            raise Malformed
        return form


def _check_form(body: bytes) -> None:
    decoded = unquote_to_bytes(body.replace(b"+", b" "))
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed from None
    if "\0" in text:
        raise Malformed
