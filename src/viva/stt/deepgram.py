"""Deepgram as a recogniser (nova-3, streaming). The only file that knows its SDK.

The sender's Opus goes out in Ogg as it came; `encoding` and `sample_rate` stay away because the container
says both (https://developers.deepgram.com/docs/encoding). Frames are taken as they arrive, past the SDK's own
reading: its listener stops for good at the first text that is not JSON, and it spends milliseconds of the
loop on building objects out of every result, where decoding and checking it here take microseconds.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any, Self

import msgspec
import structlog
from deepgram import AsyncDeepgramClient, DeepgramClientEnvironment
from deepgram.core.api_error import ApiError
from deepgram.listen.v1.socket_client import AsyncV1SocketClient
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, WebSocketException

from viva.audio import AudioPacket, SpeechResult
from viva.stt import metrics
from viva.stt.errors import Refused, StreamLost
from viva.stt.messages import Unreadable, read
from viva.stt.ogg import OggOpusWriter
from viva.stt.port import EngineName, StreamOptions, TranscriberStream

log = structlog.get_logger(__name__)

MODEL = "nova-3"
ENDPOINTING_MS = 300
UTTERANCE_END_MS = 1_000
MAX_KEY_TERMS = 50
"""The vendor takes 500 tokens of key terms in all (docs, "Keyterm Prompting"); ten a term is ample."""
TEMPORARY = frozenset({408, 425, 429})
"""Of the 4xx, those that ask us to come back later; every other one waits for somebody to act."""
LONGEST_WAIT_S = 100.0
"""Asked to stay away for longer, we come back now all the same: what is said meanwhile fits into the ring."""
CLOSE_S = 2.0
"""The SDK's client gives each of four steps of closing ten seconds, and people wait for it."""


class DeepgramTranscriber:
    """The vendor's streaming service, or another server that speaks its wire protocol at `url`."""

    name: EngineName = "deepgram"

    def __init__(self, api_key: str, url: str = "") -> None:
        environment = _environment(url) if url else DeepgramClientEnvironment.PRODUCTION
        client = AsyncDeepgramClient(api_key=api_key, environment=environment)
        # The SDK imports half of itself at the first touch of `listen.v1`: now, not in an interview.
        self._listen = client.listen.v1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Nothing stays open between streams."""

    @asynccontextmanager
    async def session(self, options: StreamOptions) -> AsyncIterator[TranscriberStream]:
        """Open a stream. Raises `Refused` or `StreamLost` on entering.

        Leaving closes the socket within `CLOSE_S`, at once if the stream was lost or is no longer waited for.
        """
        async with AsyncExitStack() as stack:
            with _connecting():
                socket = await stack.enter_async_context(
                    self._listen.connect(
                        model=MODEL,
                        language=options.language,
                        interim_results=True,
                        smart_format=True,
                        vad_events=True,
                        endpointing=ENDPOINTING_MS,
                        utterance_end_ms=UTTERANCE_END_MS,
                        keyterm=list(options.key_terms[:MAX_KEY_TERMS]) or None,
                    )
                )
            async with _let_go_of(socket._websocket):
                yield DeepgramStream(socket, options)


class DeepgramStream:
    """One open socket. Its Ogg headers go out with the first packets."""

    engine: EngineName = "deepgram"

    def __init__(self, socket: AsyncV1SocketClient, options: StreamOptions) -> None:
        self._socket = socket
        self._frames = socket._websocket
        self._ogg = OggOpusWriter(secrets.randbits(32), options.format.channels)
        self._begun = False

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        """Send one page. Raises `StreamLost`."""
        headers = b"" if self._begun else self._ogg.headers()
        self._begun = True
        try:
            await self._frames.send(headers + self._ogg.pages(packets))
        except (OSError, WebSocketException) as error:
            raise StreamLost(reason=str(error)) from error

    async def finalize(self) -> None:
        """Ask for a final on what was sent; the vendor marks it `from_finalize`."""
        with _talking():
            await self._socket.send_finalize()

    async def keep_alive(self) -> None:
        """A text frame that resets the vendor's ten seconds (NET-0001)."""
        with _talking():
            await self._socket.send_keep_alive()

    async def end(self) -> None:
        """Ask the vendor to finish, send its last results and close."""
        with _talking():
            await self._socket.send_close_stream()

    async def results(self) -> AsyncIterator[SpeechResult]:
        """What was heard until the socket closes. Raises `StreamLost` unless it closed as agreed.

        Whatever cannot be read is counted, logged without its content, and passed over.
        """
        while True:
            try:
                frame = await self._frames.recv()
                received_ms = time.monotonic() * 1000
                result = read(_decoded(frame), received_ms)
            except ConnectionClosedOK:
                return
            except ConnectionClosed as lost:
                raise StreamLost(reason=str(lost)) from lost
            except Unreadable as error:
                _pass_over(error)
                continue
            if result is not None:
                yield result


@asynccontextmanager
async def _let_go_of(frames: Any) -> AsyncIterator[None]:
    """Close politely after the block, but never wait for a vendor who does not."""
    patience_s = 0.0
    try:
        yield
        patience_s = CLOSE_S
    finally:
        # Its `close` cannot be cancelled: it takes that for the end of one of its own waits.
        ending = asyncio.get_running_loop().call_later(patience_s, frames.transport.abort)
        try:
            with suppress(OSError, WebSocketException):  # it is over, one way or the other
                await frames.close()
        finally:
            ending.cancel()


def _environment(url: str) -> DeepgramClientEnvironment:
    ws = url.rstrip("/")
    http = "http" + ws.removeprefix("ws")
    return DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)


def _decoded(frame: object) -> Any:
    if not isinstance(frame, str):
        raise Unreadable("binary")
    try:
        return msgspec.json.decode(frame)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable("not JSON") from error


def _pass_over(error: Unreadable) -> None:
    metrics.malformed_messages.labels("deepgram").inc()
    log.warning("stt_message_ignored", engine="deepgram", reason=str(error))


@contextmanager
def _connecting() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        status = error.status_code or 0
        if 400 <= status < 500 and status not in TEMPORARY:
            raise Refused(status=status) from error
        raise StreamLost(status=status, wait_s=_asked_wait_s(error)) from error
    except (OSError, TimeoutError, EOFError, WebSocketException) as error:
        raise StreamLost(reason=type(error).__name__) from error


def _asked_wait_s(error: ApiError) -> float:
    """`Retry-After` in seconds. The SDK drops the answer's headers; what it translated still has them."""
    headers = getattr(error.__context__, "headers", None) or {}
    try:
        return min(max(float(headers.get("Retry-After", 0)), 0.0), LONGEST_WAIT_S)
    except ValueError:  # a date, which this vendor does not send
        return 0.0


@contextmanager
def _talking() -> Iterator[None]:
    try:
        yield
    except (OSError, WebSocketException) as error:
        raise StreamLost(reason=str(error)) from error
