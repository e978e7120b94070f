"""The candidate's voice on its way: the connection it comes by, the recorder, and the recogniser.

A connection may be replaced at any time (another network, another device); the relay to the recogniser
outlives it, so that an answer spoken over two connections is one answer.
"""

import asyncio
import math
from collections import deque
from contextlib import AsyncExitStack
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec
import structlog

from viva.audio import AudioPacket, SpeechEvent, SpeechResult, SpeechTrouble
from viva.media import (
    Answer,
    ConnectionState,
    Fanout,
    MediaConnection,
    MediaSink,
    Offer,
    Recorder,
    SoundConnection,
    Trouble,
)
from viva.platform.i18n import N_
from viva.platform.tasks import Tasks
from viva.room.ears import Ears
from viva.room.finals import AnswerSpans, spoken_at_ms
from viva.room.moments import Moments
from viva.room.muting import IN_FLIGHT_MS, Muting, Unmuted
from viva.room.on_its_way import OnItsWay
from viva.room.presence import Presence
from viva.room.shared import Shared
from viva.room.untranscribed import MissedPart, Span
from viva.sessions import Session, without_controls
from viva.stt import Finish, Relay, StreamOptions

log = structlog.get_logger(__name__)

ON_ITS_WAY_MS = 100.0
"""Sound is a packet's length and a browser's pipeline later than the message that ends the answer."""
HEAR_OUT_S = 1.0
"""So long an answer's end waits for sound that is late; what comes later is heard from the recording."""
GONE_MS = 3_000.0
"""Whoever sent nothing for so long is hardly cut off in the middle of a word: nobody waits for it."""
NOTHING_MS = 120
"""Two packets, as browsers send them: no word is in that."""
PASSED_OVER = 100
"""Packets that are kept between answers: while they come, an answer may have begun that is not stored yet."""
LINGER_S = 3.0
"""So long the last answer's late sound has to reach the recording before the connection is closed."""

CAPTIONS = {
    "reconnecting": N_("Captions are interrupted. Your voice is still being recorded; please keep talking."),
    "unavailable": N_("Captions are not available right now. Your voice is still being recorded."),
    "refused": N_("Captions are not available right now. Your voice is still being recorded."),
    "overloaded": N_("Captions may be late because the server is busy. Nothing you say is lost."),
    "restored": N_("Captions are back."),
}
RECORDING = {
    "video_stopped": N_("The picture is no longer recorded, your voice is. Please go on."),
    "stopped": N_("The recording has stopped for technical reasons. What you say is still written down."),
    "recovered": N_("The recording works again."),
}


class Listener(Protocol):
    """The interview, as its voice sees it. Calls come on the event loop and must not block."""

    @property
    def session(self) -> Session:
        """The interview as it is stored."""
        ...

    def heard(self, result: SpeechResult, question_id: UUID) -> None:
        """A result on the interview's clock, never blank, with the question that it answers."""
        ...

    def media_changed(self, state: ConnectionState) -> None:
        """The connection changed its state."""
        ...

    def media_ended(self) -> None:
        """The last connection is over and its recording complete."""
        ...

    def troubled(self, code: str, message: str) -> None:
        """Something impairs captions or recording, or no longer does: a stable code and an English msgid."""
        ...


class _Ended(NamedTuple):
    """An answer that ends, at a moment of the monotonic clock.

    `from_ms`: where what we heard of it begins, on the interview's clock; the rest somebody else has heard.
    """

    moment_ms: float
    question_id: UUID
    from_ms: int


class Voice:
    """Everything that listens. `end` closes it all; it may be connected again after that."""

    def __init__(self, shared: Shared, listener: Listener, tasks: Tasks, *, muted: bool = False) -> None:
        self._shared = shared
        self._listener = listener
        self._tasks = tasks
        self._spans = AnswerSpans()
        self._moments = Moments(shared.clock)
        self._muting = Muting(on=muted)
        self._connection: MediaConnection | None = None
        self._relay: Relay | None = None
        self._recordings: set[asyncio.Task[None]] = set()
        self._resources = AsyncExitStack()
        self._trouble: str | None = None
        self._recorder: Recorder | None = None
        self._recording: Trouble = "recovered"
        self._sound = OnItsWay()
        self._passed_over: deque[AudioPacket] = deque(maxlen=PASSED_OVER)
        self._from_ms = 0
        self._over: _Ended | None = None
        self._last_words: Finish | None = None
        """What was said while an answer was being ended, once sound of the next one has come."""
        self._last_words_until_ms = math.inf
        """Where that sound begins; infinite if it has, or if no words are waited for."""
        self._one_end = asyncio.Lock()
        self._answer: tuple[int, UUID] | None = None
        """Which answer we listened to last: since when, and to which question."""
        self._presence = Presence(shared.recordings, listener.session.id, tasks)
        self.missed: list[MissedPart] = []
        """What nobody transcribed, with the question it answers, until somebody has written it down."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection, or one that is coming about."""
        return self._connection is not None

    @property
    def muted(self) -> bool:
        """Whether nothing of the candidate is kept or recognised at the moment."""
        return self._muting.on

    def mute(self, *, on: bool) -> bool:
        """From now on keep and recognise nothing, or everything again; returns whether that is a change."""
        since_ms = self._muting.since_ms
        changed = self._muting.turn(self._shared.clock.monotonic_ms(), on=on)
        if changed and not on and self._connection is not None:
            self._connection.resume(since_ms + IN_FLIGHT_MS)
        return changed

    @property
    def engine(self) -> str:
        """Who recognises: an engine's name, or `off`."""
        return self._shared.transcriber.name if self._shared.transcriber else "off"

    async def connect(self, offer: Offer) -> tuple[Answer, MediaConnection | None]:
        """Answer an offer; also gives the connection that this one replaces, for the caller to close."""
        recorder, sink = self._listeners()
        answer, connection = await self._shared.gate.answer(offer, sink)
        return answer, self._follow(connection, recorder)

    def connect_socket(self, *, tells_pauses: bool) -> tuple[SoundConnection, MediaConnection | None]:
        """A connection to be fed from a socket, and the one that it replaces, for the caller to close."""
        recorder, sink = self._listeners()
        clock = self._shared.clock
        connection = SoundConnection(sink, clock.monotonic_ms, tells_pauses=tells_pauses)
        return connection, self._follow(connection, recorder)

    def _listeners(self) -> tuple[Recorder, MediaSink]:
        session_id = self._listener.session.id
        recorder = self._shared.record(
            session_id, self._recorded_at_ms, lambda trouble: self._on_recording(recorder, trouble)
        )
        recorder.inherit(self._recording)
        self._recorder = recorder
        both = Fanout(recorder, Ears(self._feed, self._listener.media_changed))
        return recorder, Unmuted(both, self._muting, self._shared.clock.monotonic_ms)

    def _follow(self, connection: MediaConnection, recorder: Recorder) -> MediaConnection | None:
        earlier, self._connection = self._connection, connection
        self._sound.opened()
        recording = self._tasks.start("recording", self._until_closed(connection, recorder))
        self._recordings.add(recording)
        recording.add_done_callback(self._recordings.discard)
        return earlier

    async def listen(self, session: Session) -> None:
        """Give the sound of the answer that is under way to the recogniser. Listening already is fine."""
        answer = _under_way(session)
        if answer is None:
            return
        if self._relay is None and self._shared.transcriber is not None:
            options = StreamOptions(language=session.language, key_terms=session.key_terms)
            in_trouble = self._trouble not in {None, "restored"}
            relay = Relay(self._shared.transcriber, options, self._on_speech, in_trouble=in_trouble)
            self._relay = await self._resources.enter_async_context(relay)
        now_ms = self._shared.clock.monotonic_ms()
        self._presence.begin(self._moments.at_ms(session, now_ms))
        if self._answer != answer:
            self._answer = answer
            self._begin(session, *answer, now_ms)

    def _begin(self, session: Session, began_ms: int, question_id: UUID, now_ms: float) -> None:
        since_ms = max(0, self._moments.at_ms(session, now_ms) - began_ms)
        begins_ms = self._sound.begin(now_ms - since_ms)
        self._from_ms = began_ms + since_ms
        self._spans.begin(question_id, self._moments.at_ms(session, begins_ms))
        if self._connection is not None:
            self._connection.begin_speech()
        if self._relay is not None:
            self._hear_passed_over(session, self._relay, question_id, begins_ms)
        self._passed_over.clear()

    def _hear_passed_over(self, session: Session, relay: Relay, question_id: UUID, begins_ms: float) -> None:
        """The answer began before we were told so: what has come of it since then is heard now."""
        came = [(self._moments.at_ms(session, each.spoken_ms), each) for each in self._passed_over]
        if len(came) == PASSED_OVER and came[0][1].spoken_ms > begins_ms:
            fell_out = Span(self._moments.at_ms(session, begins_ms), came[0][0])
            self.missed.append(MissedPart(question_id, fell_out))
        for at_ms, packet in came:
            if packet.spoken_ms >= begins_ms:
                self._from_ms = min(self._from_ms, at_ms)
                self._hear(relay, packet, at_ms)

    async def leave(self) -> None:
        """Everything that was said is stored. Whoever has left has also recorded it all."""
        if self._recordings:
            await asyncio.wait(tuple(self._recordings))
        await self._presence.end()

    async def finalize(self, timeout_s: float) -> None:
        """Have the words under way recognised, as far as that goes in time; the rest is `missed`."""
        if self._shared.transcriber is None:
            self._miss_everything()
            return
        if (answer := self._listened()) is not None:
            await self._hear_out(_Ended(self._shared.clock.monotonic_ms(), answer[1], self._from_ms))
        relay = self._relay
        if relay is not None and not await relay.finalize(timeout_s):
            relay.give_up()
        self._collect_missed(relay)

    def answer_over(self) -> None:
        """The answer ends now: what was said until here belongs to it, whenever it comes."""
        answer, now_ms = self._listened(), self._shared.clock.monotonic_ms()
        if answer is not None:
            self._sound.end(now_ms)
            self._over = _Ended(now_ms, answer[1], self._from_ms)
            self._last_words_until_ms = now_ms + ON_ITS_WAY_MS
        if self._shared.transcriber is None:
            self._miss_everything()

    async def hurry(self, timeout_s: float) -> None:
        """Have what was said while the answer was being ended recognised now, not with the next answer.

        What is not heard in time, or has not come, is `missed`.
        """
        over, self._over = self._over, None
        wish = None
        if over is not None and self._shared.transcriber is not None:
            await self._hear_out(over)
            wish, self._last_words, self._last_words_until_ms = self._last_words, None, math.inf
        relay = self._relay
        if relay is not None:
            await relay.finalize(timeout_s, wish=wish, else_missed=True)
        self._collect_missed(relay)

    async def hurry_before_mute(self, timeout_s: float) -> None:
        """No sound comes after what was said last that would tell the recogniser that it is over."""
        await asyncio.sleep(IN_FLIGHT_MS / 1000)
        if self.muted:
            await self.hurry(timeout_s)

    async def hear_to_the_end(self, timeout_s: float) -> None:
        """The interview is over: let what is late reach the recording, to be heard from there; then `end`."""
        if self._over is not None:
            until_ms = min(self._over.moment_ms, self._muting.since_ms)
            if self._is_late(until_ms):
                await self._sound.wait_for(until_ms, LINGER_S)
        await self.hurry(timeout_s)
        await self.end()

    def _listened(self) -> tuple[int, UUID] | None:
        """The answer under way, if it was we who listened to it."""
        answer = _under_way(self._listener.session)
        return answer if answer == self._answer else None

    async def _hear_out(self, answer: _Ended) -> None:
        """Wait for the sound that was on its way at the moment: no last word is cut in two.

        What does not come in time is left to the recording: whether it is late, or nobody sends anything,
        cannot be told from here. Nothing is on its way of what was said while muted.
        """
        moment_ms = min(answer.moment_ms, self._muting.since_ms)
        if not self._sound.ended and moment_ms - self._sound.until_ms <= GONE_MS:
            in_flight_s = self._muting.in_flight_s(self._shared.clock.monotonic_ms())
            await self._sound.wait_for(moment_ms + ON_ITS_WAY_MS, min(HEAR_OUT_S, in_flight_s))
        if self._is_late(moment_ms):
            session, until_ms = self._listener.session, self._sound.until_ms
            came_ms = 0 if until_ms == -math.inf else self._moments.at_ms(session, until_ms)
            late = Span(max(answer.from_ms, came_ms), self._moments.at_ms(session, moment_ms))
            self.missed.append(MissedPart(answer.question_id, late))
            self._sound.leave(moment_ms)

    def _is_late(self, moment_ms: float) -> bool:
        """Whether sound from before the moment may still come."""
        return not self._sound.ended and moment_ms - self._sound.until_ms > NOTHING_MS

    async def end(self) -> None:
        """Close connection and relay; what was said is recognised first. `leave` waits for the disk."""
        async with self._one_end:
            connection, self._connection = self._connection, None
            if connection is not None:
                await connection.close()
            relay, self._relay, self._last_words = self._relay, None, None
            resources, self._resources = self._resources, AsyncExitStack()
            await resources.aclose()  # whoever listens meanwhile gets another relay
            self._passed_over.clear()
            self._collect_missed(relay)

    def _miss_everything(self) -> None:
        """Without an engine the whole answer waits in the recording."""
        answer = self._listened()
        if answer is not None:
            began_ms, question_id = answer
            ends_ms = self._listener.session.clock_ms(self._shared.clock.now())
            self.missed.append(MissedPart(question_id, Span(began_ms, ends_ms)))

    def _collect_missed(self, relay: Relay | None) -> None:
        for span in relay.take_missed() if relay is not None else ():
            for question_id, start_ms, end_ms in self._spans.split(span.start_ms, span.end_ms):
                self.missed.append(MissedPart(question_id, Span(start_ms, end_ms)))

    async def _until_closed(self, connection: MediaConnection, recorder: Recorder) -> None:
        try:
            await connection.wait_closed()
        finally:
            if self._connection in {connection, None}:
                self._sound.over()  # at once: a slow disk may keep the recorder for seconds
            await recorder.close()
            if self._connection in {connection, None}:
                self._connection = None
                self._listener.media_ended()

    def _feed(self, packet: AudioPacket) -> None:
        session = self._listener.session
        self._sound.came(packet)
        answering = session.answering_since is not None
        if self._relay is not None and self._sound.is_answer(packet, answering=answering):
            self._hear(self._relay, packet, self._moments.at_ms(session, packet.spoken_ms))
        else:
            self._passed_over.append(packet)

    def _hear(self, relay: Relay, packet: AudioPacket, at_ms: int) -> None:
        if packet.spoken_ms >= self._last_words_until_ms:
            self._last_words_until_ms = math.inf
            self._last_words = relay.wish()
        relay.feed(packet, at_ms)

    def _recorded_at_ms(self, received_ms: float) -> int | None:
        session = self._listener.session
        return None if session.started_at is None else self._moments.at_ms(session, received_ms)

    def _on_recording(self, recorder: Recorder, trouble: Trouble) -> None:
        if trouble == self._recording:  # two of them at once, while one ends
            return
        self._recording = trouble
        if self._recorder is not None and recorder is not self._recorder:
            self._recorder.inherit(trouble)  # the one before failed at its end; this one tells when it works
        self._listener.troubled(f"recording_{trouble}", RECORDING[trouble])

    def _on_speech(self, event: SpeechEvent) -> None:
        if isinstance(event, SpeechResult):
            result, question_id = cleaned(event), self._spans.question_at(spoken_at_ms(event))
            if question_id is not None and result.text:
                self._listener.heard(result, question_id)
            return
        code = event.code if isinstance(event, SpeechTrouble) else "restored"
        if code != self._trouble:
            self._trouble = code
            self._listener.troubled(f"captions_{code}", CAPTIONS[code])


def _under_way(session: Session) -> tuple[int, UUID] | None:
    """The spoken answer that is being given: since when, on the interview's clock, and to which question."""
    if session.answering_since is None or session.current_question_id is None:
        return None
    return session.clock_ms(session.answering_since), session.current_question_id


def cleaned(result: SpeechResult) -> SpeechResult:
    """Without characters that no screen shows or no database holds (S31), whatever the engine sent."""
    words = tuple(msgspec.structs.replace(word, text=without_controls(word.text)) for word in result.words)
    return msgspec.structs.replace(result, text=without_controls(result.text), words=words)
