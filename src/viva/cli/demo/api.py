"""The server's HTTP API as the demo uses it; plain urllib in a thread, for a few calls a minute."""

import asyncio
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from viva.cli.saying import CannotDo

_PATIENCE_S = 30.0


class Refused(CannotDo):
    """The server said no; `status` is the HTTP status."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def is_local(address: str) -> bool:
    """Whether the address is this machine's own."""
    return urlsplit(address).hostname in {"localhost", "127.0.0.1", "::1"}


class Api:
    """Calls to one server, answered in `language`. Raises `CannotDo` when one does not work."""

    def __init__(self, address: str, language: str) -> None:
        self.address = address
        self._language = language
        handlers = [urllib.request.ProxyHandler({})] if is_local(address) else []
        self._opener = urllib.request.build_opener(*handlers)

    @property
    def live_address(self) -> str:
        """The same server for WebSockets."""
        return "ws" + self.address.removeprefix("http")

    async def check_running(self) -> None:
        """Raises `CannotDo` unless the server is ready."""
        await self._call("GET", "/readyz")

    async def token(self, email: str, password: str) -> dict[str, Any]:
        """Sign in: the contract's pair of tokens."""
        form = urlencode({"username": email, "password": password}).encode()
        return await self._json("POST", "/api/token", body=form, kind="application/x-www-form-urlencoded")

    async def revoke(self, refresh_token: str) -> None:
        """End the login."""
        form = urlencode({"token": refresh_token}).encode()
        await self._call("POST", "/api/token/revoke", body=form, kind="application/x-www-form-urlencoded")

    async def make_session(self, bearer: str, position: str) -> dict[str, Any]:
        """A new interview with its candidate's token."""
        asked = {"user_name": "Demo", "position": position, "language": self._language}
        return await self.send(bearer, "/api/sessions", asked)

    async def read(self, bearer: str, path: str) -> dict[str, Any]:
        """GET as JSON."""
        return await self._json("GET", path, bearer)

    async def send(self, bearer: str, path: str, body: object) -> dict[str, Any]:
        """POST JSON, get JSON."""
        return await self._json("POST", path, bearer, msgspec.json.encode(body))

    async def download(self, bearer: str, path: str) -> bytes:
        """GET as it is; empty where there is nothing."""
        try:
            return await self._call("GET", path, bearer)
        except Refused as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return b""
            raise

    async def _json(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        answer: dict[str, Any] = msgspec.json.decode(await self._call(*arguments, **named))
        return answer

    async def _call(
        self,
        method: str,
        path: str,
        bearer: str = "",
        body: bytes | None = None,
        kind: str = "application/json",
    ) -> bytes:
        headers = {"Content-Type": kind, "Accept": "application/json", "Accept-Language": self._language}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        request = urllib.request.Request(self.address + path, body, headers, method=method)  # noqa: S310 (the person's own server)
        return await asyncio.to_thread(self._open, request)

    def _open(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=_PATIENCE_S) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            with error:
                words = _message(error.read())
            raise Refused(error.code, f"{request.selector} answered {error.code}: {words}") from None
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", error)
            raise CannotDo(
                f"no viva answers at {self.address} ({reason}): start one with `make run`."
            ) from None


def _message(body: bytes) -> str:
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return "no reason given"
    return str(told.get("message") or told.get("checks") or told) if isinstance(told, dict) else str(told)
