"""The candidate's voice on its way: the connection it comes by, the recorder, and the recogniser.

A connection may be replaced at any time (another network, another device); the relay to the recogniser
outlives it, so that an answer spoken over two connections is one answer.
"""

import asyncio
import math
from contextlib import AsyncExitStack
from typing import Protocol
from uuid import UUID

import msgspec
import structlog

from viva.audio import AudioPacket, SpeechEvent, SpeechResult, SpeechTrouble
from viva.media import (
    Answer,
    Attendance,
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
from viva.room.muting import Muting, Unmuted
from viva.room.on_its_way import OnItsWay
from viva.room.shared import Shared
from viva.room.untranscribed import MissedPart, Span
from viva.sessions import Session, without_controls
from viva.stt import Relay, StreamOptions

log = structlog.get_logger(__name__)

ON_ITS_WAY_MS = 100.0
"""Sound is a packet's length and a browser's pipeline later than the message that ends the answer."""
HEAR_OUT_S = 1.0
"""So long an answer's end waits for sound that is late; what comes later is heard from the recording."""
GONE_MS = 3_000.0
"""Whoever sent nothing for so long is hardly cut off in the middle of a word: nobody waits for it."""
NOTHING_MS = 120
"""Two packets, as browsers send them: no word is in that."""
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
        self._sound = OnItsWay()
        self._from_ms = 0
        """From here on we listened to the latest answer; what was said before, somebody else has heard."""
        self._over: tuple[float, tuple[int, UUID]] | None = None
        self._attendance: Attendance | None = None
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
        changed = self._muting.turn(self._shared.clock.monotonic_ms(), on=on)
        if changed and not on and self._connection is not None:
            self._connection.resume()
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

    def connect_socket(self) -> tuple[SoundConnection, MediaConnection | None]:
        """A connection to be fed from a socket, and the one that it replaces, for the caller to close."""
        recorder, sink = self._listeners()
        connection = SoundConnection(sink, self._shared.clock.monotonic_ms)
        return connection, self._follow(connection, recorder)

    def _listeners(self) -> tuple[Recorder, MediaSink]:
        session_id = self._listener.session.id
        recorder = self._shared.record(session_id, self._recorded_at_ms, self._on_recording)
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
        """Give what is said from here on to the recogniser, under the session's current question."""
        if session.answering_since is None or session.current_question_id is None:
            return
        began_ms = session.clock_ms(session.answering_since)
        now_ms = self._shared.clock.monotonic_ms()
        if self._spans.latest != (began_ms, session.current_question_id):
            self._from_ms = max(began_ms, self._moments.at_ms(session, now_ms))
            if self._spans.latest is not None:
                self._sound.begin(now_ms)
        self._spans.begin(session.current_question_id, began_ms)
        if self._connection is not None:
            self._connection.begin_speech()
        if self._relay is None and self._shared.transcriber is not None:
            options = StreamOptions(language=session.language, key_terms=session.key_terms)
            relay = Relay(self._shared.transcriber, options, self._on_speech)
            self._relay = await self._resources.enter_async_context(relay)
        await self._attend(now_ms)

    async def _attend(self, now_ms: float) -> None:
        """For others to see, until everything that was said is stored."""
        if self._attendance is None:
            session = self._listener.session
            try:
                from_ms = self._moments.at_ms(session, now_ms)
                self._attendance = await self._shared.recordings.attend(session.id, from_ms)
            except OSError as error:  # a full disk: after a kill only the answer under way is looked at
                log.warning("attendance_not_written", error=type(error).__name__)

    async def leave(self) -> None:
        """Everything that was said is stored."""
        attendance, self._attendance = self._attendance, None
        if attendance is not None:
            await asyncio.to_thread(attendance.end)

    async def finalize(self, timeout_s: float) -> None:
        """Have the words under way recognised, as far as that goes in time; the rest is `missed`."""
        if self._shared.transcriber is None:
            self._miss_everything()
            return
        if self._spans.latest is not None:
            await self._hear_out(self._shared.clock.monotonic_ms(), self._spans.latest)
        if self._relay is not None and not await self._relay.finalize(timeout_s):
            self._relay.give_up()
        self._collect_missed(self._relay)

    def answer_over(self) -> None:
        """The answer ends now: what was said until here belongs to it, whenever it comes."""
        now_ms = self._shared.clock.monotonic_ms()
        self._sound.end(now_ms)
        if self._spans.latest is not None:
            self._over = (now_ms, self._spans.latest)
        if self._shared.transcriber is None:
            self._miss_everything()

    async def hurry(self, timeout_s: float) -> None:
        """Have what was said while the answer was being ended recognised now, not with the next answer.

        What is not heard in time, or has not come, is `missed`.
        """
        over, self._over = self._over, None
        if over is not None and self._shared.transcriber is not None:
            await self._hear_out(*over)
        if self._relay is not None:
            await self._relay.finalize(timeout_s, else_missed=True)
        self._collect_missed(self._relay)

    async def linger(self) -> None:
        """At the interview's end: let what is late reach the recording, from which it will be heard."""
        if self._over is not None:
            until_ms = min(self._over[0], self._muting.since_ms)
            if self._is_late(until_ms):
                await self._sound.wait_for(until_ms, LINGER_S)

    async def _hear_out(self, moment_ms: float, answer: tuple[int, UUID]) -> None:
        """Wait for the sound that was on its way at the moment: no last word is cut in two.

        What does not come in time is left to the recording: whether it is late, or nobody sends anything,
        cannot be told from here. Nothing is on its way of what was said while muted.
        """
        moment_ms = min(moment_ms, self._muting.since_ms)
        if not self._sound.ended and moment_ms - self._sound.until_ms <= GONE_MS:
            await self._sound.wait_for(moment_ms + ON_ITS_WAY_MS, HEAR_OUT_S)
        if self._is_late(moment_ms):
            session, until_ms = self._listener.session, self._sound.until_ms
            came_ms = 0 if until_ms == -math.inf else self._moments.at_ms(session, until_ms)
            late = Span(max(self._from_ms, came_ms), self._moments.at_ms(session, moment_ms))
            self.missed.append(MissedPart(answer[1], late))
            self._sound.leave(moment_ms)

    def _is_late(self, moment_ms: float) -> bool:
        """Whether sound from before the moment may still come."""
        return not self._sound.ended and moment_ms - self._sound.until_ms > NOTHING_MS

    async def end(self) -> None:
        """Close the connection, the relay and the recording; what was said is recognised first."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
        relay, self._relay = self._relay, None
        await self._resources.aclose()
        self._collect_missed(relay)
        if self._recordings:
            await asyncio.wait(self._recordings)

    def _miss_everything(self) -> None:
        """Without an engine the whole answer waits in the recording."""
        answer, session = self._spans.latest, self._listener.session
        if answer is not None and session.answering_since is not None:
            began_ms, question_id = answer
            ends_ms = session.clock_ms(self._shared.clock.now())
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
            self._relay.feed(packet, self._moments.at_ms(session, packet.spoken_ms))

    def _recorded_at_ms(self, received_ms: float) -> int | None:
        session = self._listener.session
        return None if session.started_at is None else self._moments.at_ms(session, received_ms)

    def _on_recording(self, trouble: Trouble) -> None:
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


def cleaned(result: SpeechResult) -> SpeechResult:
    """Without characters that no screen shows or no database holds (S31), whatever the engine sent."""
    words = tuple(msgspec.structs.replace(word, text=without_controls(word.text)) for word in result.words)
    return msgspec.structs.replace(result, text=without_controls(result.text), words=words)
