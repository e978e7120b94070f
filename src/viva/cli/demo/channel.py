"""The live channel from the candidate's side."""

import asyncio
from collections.abc import Callable
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from viva.cli.demo.captions import Captions
from viva.cli.saying import CannotDo

State = dict[str, Any]


class Channel:
    """Follows the interview's state and shows captions while it is open (`async with`)."""

    def __init__(self, socket: ClientConnection, captions: Captions) -> None:
        self._socket = socket
        self._captions = captions
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self.state: State = {}

    @classmethod
    async def open(cls, address: str, bearer: str, captions: Captions, *, proxy: bool) -> Self:
        """Connect. Raises `CannotDo` when the server does not let us in."""
        headers = {"Authorization": f"Bearer {bearer}"}
        try:
            socket = await connect(address, additional_headers=headers, proxy=proxy or None)
        except (InvalidHandshake, OSError, TimeoutError) as error:
            raise CannotDo(f"the live channel does not open: {error}.") from None
        return cls(socket, captions)

    async def __aenter__(self) -> Self:
        self._reader = asyncio.create_task(self._read(), name="demo.channel")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader)

    async def send(self, kind: str, **fields: object) -> None:
        """One message to the server."""
        await self._socket.send(msgspec.json.encode({"type": kind, **fields}).decode())

    async def until(self, wanted: Callable[[State], bool], waiting_for: str, timeout_s: float) -> State:
        """The first state that is `wanted`. Raises `CannotDo` when it does not come in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not (self.state and wanted(self.state)):
                    if self._reader is None or self._reader.done():
                        raise CannotDo(f"the live channel closed while waiting for {waiting_for}.")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise CannotDo(f"{waiting_for} did not come within {timeout_s:.0f} s.") from None
        return self.state

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                self._take(msgspec.json.decode(frame))
        except ConnectionClosed:
            return  # `until` says what was still awaited
        finally:
            self._changed.set()

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "state":
                self.state = message
                self._changed.set()
            case "stt_result":
                self._captions.show(
                    message["text"],
                    is_final=message["is_final"],
                    start_ms=message["start_ms"],
                    end_ms=message["end_ms"],
                    late=message["question_id"] != self.state.get("question_id"),
                )
            case "notice" | "error":
                self._captions.tell(f"  ({message['message']})")
