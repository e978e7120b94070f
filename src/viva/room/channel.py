"""The live channel's behaviour on one socket: read, follow, and close what misbehaves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec
import structlog
from litestar.types import Receive

from viva.platform.errors import Forbidden, Malformed, VivaError
from viva.platform.i18n import N_
from viva.room import messages as wire
from viva.room.live import LiveInterview
from viva.room.screen import CLOSE_POLICY, CLOSE_TOO_BIG, Screen

log = structlog.get_logger(__name__)

FRAME_MAX = 64 * 1024
"""S17: bytes of one inbound frame."""
RATE_PER_S = 20
BURST = 40
"""S26: more than 20 messages a second, after a burst, close the channel with 1008."""
STILL_GOOD_EVERY_S = 3.0
"""S03: a revoked principal loses its socket within 5 s."""
EVENT_NAME_MAX = 64
WAITING_MAX = 256
"""Messages that wait behind one that takes its time; more than that is a flood."""

_Waiting = asyncio.Queue[wire.ClientMessage | None]


class BadMessage(Malformed):
    """An inbound frame that is not one of ours."""

    code = "bad_message"
    message = N_("This message could not be understood.")


class WatchOnly(Forbidden):
    """Only the candidate acts."""

    code = "watch_only"
    message = N_("Only the candidate can do this.")


class Meter:
    """A token bucket. Pure: time comes in."""

    def __init__(self, rate_per_s: float, burst: float, now_ms: float) -> None:
        self._rate = rate_per_s / 1000
        self._burst = self._tokens = burst
        self._at_ms = now_ms

    def allows(self, now_ms: float, cost: float = 1) -> bool:
        """Whether one more message fits, or as many bytes as it has."""
        self._tokens = min(self._burst, self._tokens + (now_ms - self._at_ms) * self._rate)
        self._at_ms = now_ms
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True


class Conversation:
    """What a page says, followed in order; also what it said before it left or was shown out.

    A ping is answered at once: an answer that settles may take ten seconds, and the page must not take that
    for a dead line. Nor does a mute wait for it. The finals that a page asks for wait for the database, and
    nothing else waits for them.
    """

    def __init__(self, live: LiveInterview, screen: Screen, monotonic_ms: Callable[[], float]) -> None:
        self._live = live
        self._screen = screen
        self._monotonic_ms = monotonic_ms
        self._waiting = _Waiting()
        self._replays = _Waiting()

    async def listen(self, receive: Receive) -> None:
        """Take what the page says until it leaves or is shown out."""
        meter = Meter(RATE_PER_S, BURST, self._monotonic_ms())
        while (event := await receive())["type"] != "websocket.disconnect":
            text, binary = event.get("text"), event.get("bytes")
            frame = text.encode() if isinstance(text, str) else None
            waiting = self._waiting.qsize() + self._replays.qsize()
            if not meter.allows(self._monotonic_ms()) or waiting >= WAITING_MAX:
                log.warning("channel_flooded")
                self._screen.close(CLOSE_POLICY)
                return
            if any(isinstance(part, bytes) and len(part) > FRAME_MAX for part in (frame, binary)):
                self._screen.close(CLOSE_TOO_BIG)
                return
            self._take(frame)

    async def follow(self) -> None:
        """Do what it said, until `end` and all before is done."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._follow(self._waiting), name="steps")
            both.create_task(self._follow(self._replays), name="replays")

    async def _follow(self, waiting: _Waiting) -> None:
        while (message := await waiting.get()) is not None:
            await _follow(self._live, self._screen, message)

    def end(self) -> None:
        """It says nothing more."""
        self._waiting.put_nowait(None)
        self._replays.put_nowait(None)

    def _take(self, frame: bytes | None) -> None:
        try:
            message = _decoded(frame)
        except BadMessage as error:
            self._live.stage.complain(self._screen, error)
            return
        if isinstance(message, wire.Ping):
            self._live.stage.pong(self._screen)
        elif isinstance(message, wire.Mute):
            _mute(self._live, self._screen, on=message.on)
        elif isinstance(message, wire.Resume):
            self._replays.put_nowait(message)
        else:
            self._waiting.put_nowait(message)


def _mute(live: LiveInterview, screen: Screen, *, on: bool) -> None:
    if screen.may_act:
        live.mute(on=on)
    else:
        live.stage.complain(screen, WatchOnly())


async def _follow(live: LiveInterview, screen: Screen, message: wire.ClientMessage) -> None:
    try:
        await _act(live, screen, message)
    except VivaError as error:
        live.stage.complain(screen, error)
    except Exception:  # a page's message may fail; the interview may not
        log.exception("message_not_followed")
        live.stage.complain(screen, VivaError())


def _decoded(frame: bytes | None) -> wire.ClientMessage:
    if frame is None:  # binary
        raise BadMessage
    try:
        return wire.decode(frame)
    except (Malformed, msgspec.ValidationError) as error:
        raise BadMessage from error


async def _act(live: LiveInterview, screen: Screen, message: wire.ClientMessage) -> None:
    match message:
        case wire.Resume(after_seq=after_seq):
            return await live.stage.replay(screen, after_seq)
        case _ if not screen.may_act:
            raise WatchOnly
        case wire.StartAnswer(question_id=question_id):
            return await live.start_answer(question_id)
        case wire.FinishAnswer(question_id=question_id):
            return await live.finish_answer(question_id)
        case wire.Next(question_id=question_id):
            return await live.next_question(question_id)
        case wire.Repeat():
            return live.stage.repeat(screen)
        case wire.NeedTime():
            return await live.need_time()
        case wire.Correct(seq=seq, text=corrected):
            return await live.correct(seq, corrected)
        case wire.ClientEvent(name=name, detail=detail):
            return await live.note_client(name[:EVENT_NAME_MAX], detail)


class Closable(Protocol):
    """Something with a peer that can be shown out."""

    def close(self, code: int) -> None:
        """Close soon, with this code."""
        ...


async def watch_credential(screen: Closable, still_good: Callable[[], Awaitable[bool]]) -> None:
    """Close the screen soon after its principal was revoked. No failure to find that out ends the watch."""
    while True:
        await asyncio.sleep(STILL_GOOD_EVERY_S)
        try:
            good = await still_good()
        except VivaError:
            log.warning("credential_not_checked")
            continue
        except Exception:  # nobody would notice that this one is watched no longer
            log.exception("credential_not_checked")
            continue
        if not good:
            screen.close(CLOSE_POLICY)
            return
