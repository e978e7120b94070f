"""A running interview in memory: its screens, its media, its recogniser. The database is the truth.

Nothing here is needed to go on after a crash: `Interviewing` has stored every step, and the first screen that
comes back is told the whole state. Commands are followed one at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import UUID

import msgspec
import structlog

from viva.audio import AudioPacket, SpeechEvent, SpeechRestored, SpeechResult, SpeechTrouble
from viva.events import ConsentGiven, InterviewAdvanced, UtteranceHeard
from viva.media import Answer, Connection, ConnectionState, Fanout, Offer, Recorder, Trouble
from viva.platform.errors import VivaError
from viva.platform.i18n import N_, gettext, use_locale
from viva.platform.tasks import Tasks
from viva.room import director
from viva.room import messages as wire
from viva.room.ears import Ears
from viva.room.finals import AnswerSpans, Finals
from viva.room.screen import CLOSE_GOING_AWAY, Screen
from viva.room.shared import Shared
from viva.sessions import ConsentRequired, Question, Session, SessionClosed, Utterance
from viva.stt import Relay, StreamOptions

log = structlog.get_logger(__name__)

FINALIZE_TIMEOUT_S = 6.0
"""How long the end of an answer waits for the words under way; later ones still find their question."""
CLOSE_REPLACED = 4001

TROUBLE = {
    "reconnecting": N_("Captions are interrupted. Your voice is still being recorded; please keep talking."),
    "unavailable": N_("Captions are not available right now. Your voice is still being recorded."),
    "refused": N_("Captions are not available right now. Your voice is still being recorded."),
    "overloaded": N_("Captions may be late because the server is busy. Nothing you say is lost."),
}


RECORDING = {
    "video_stopped": N_("The picture is no longer recorded, your voice is. Please go on."),
    "stopped": N_("The recording has stopped for technical reasons. What you say is still written down."),
    "recovered": N_("The recording works again."),
}


class LiveInterview:
    """Open with `async with`. One candidate's screen acts, any number watch."""

    def __init__(
        self,
        shared: Shared,
        session: Session,
        questions: tuple[Question, ...],
        media_ended: Callable[[], Awaitable[None]],
    ) -> None:
        self.session = session
        self._media_ended = media_ended
        self._shared = shared
        self._questions = {question.id: question for question in questions}
        self._screens: set[Screen] = set()
        self._candidate: Screen | None = None
        self._connection: Connection | None = None
        self._relay: Relay | None = None
        self._spans = AnswerSpans()
        self._finals = Finals(self._store, self._show_final)
        self._one_at_a_time = asyncio.Lock()
        self._clock_changed = asyncio.Event()
        self._shown_seq = session.last_seq
        self._trouble: str | None = None
        self._tasks = Tasks(f"interview.{session.id}")
        self._resources = AsyncExitStack()

    async def __aenter__(self) -> "LiveInterview":
        self._tasks.start("finals", self._finals.run())
        self._tasks.start("clock", self._watch_clock())
        self._begin_span(self.session)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for screen in tuple(self._screens):
            screen.close(CLOSE_GOING_AWAY)
        await self._end_media()
        await self._finals.settled(FINALIZE_TIMEOUT_S)
        await self._tasks.close()

    @property
    def is_empty(self) -> bool:
        """Whether nobody looks and nothing is received."""
        return not self._screens and self._connection is None

    # --- screens -------------------------------------------------------------------------------------

    async def join(self, screen: Screen) -> None:
        """Show the state; a candidate's new screen takes over from the one before."""
        if screen.may_act:
            await self._take_over(screen)
        self._screens.add(screen)
        screen.send(self._state())

    async def _take_over(self, screen: Screen) -> None:
        earlier, self._candidate = self._candidate, screen
        if earlier is not None:
            earlier.send(wire.Replaced())
            earlier.close(CLOSE_REPLACED)
        async with self._one_at_a_time:
            self._adopt(await self._shared.interviewing.come_back(self.session.id))

    def leave(self, screen: Screen) -> None:
        """The screen is gone; the interview waits."""
        self._screens.discard(screen)
        if self._candidate is screen:
            self._candidate = None

    def _show(self, message: wire.ServerMessage) -> None:
        for screen in self._screens:
            screen.send(message)

    async def replay(self, screen: Screen, after_seq: int) -> None:
        """Send the finals after `after_seq` to one screen."""
        async with self._shared.database.uow() as work:
            heard = await self._shared.sessions.utterances(work, self.session.id, after_seq)
        for utterance in heard:
            screen.send(self._final(utterance))

    # --- commands ------------------------------------------------------------------------------------

    async def start_answer(self, question_id: UUID) -> None:
        """Begin to listen to the answer to `question_id`."""
        async with self._one_at_a_time:
            session = await self._shared.interviewing.start_answer(self.session.id, question_id)
            self._begin_span(session)
            await self._open_relay(session)
            self._adopt(session)

    async def finish_answer(self) -> None:
        """End the answer: first the words under way, then the step to the next question."""
        async with self._one_at_a_time:
            await self._settle()
            self._adopt(await self._shared.interviewing.finish_answer(self.session.id))
        await self._after_step()

    async def next_question(self) -> None:
        """Go on, with or without an answer."""
        async with self._one_at_a_time:
            await self._settle()
            self._adopt(await self._shared.interviewing.next_question(self.session.id))
        await self._after_step()

    async def type_answer(self, question_id: UUID, text: str) -> Session:
        """Take a typed answer and step on."""
        async with self._one_at_a_time:
            await self._settle()
            session = await self._shared.interviewing.type_answer(self.session.id, question_id, text)
            self._adopt(session)
        await self._after_step()
        return session

    async def need_time(self) -> None:
        """One more minute."""
        async with self._one_at_a_time:
            self._adopt(await self._shared.interviewing.need_time(self.session.id))

    async def correct(self, seq: int, text: str) -> None:
        """What was meant, beside what was heard."""
        await self._shared.interviewing.correct(self.session.id, seq, text)

    async def note_client(self, name: str, detail: wire.Detail) -> None:
        """Something the page saw: written down for both sides."""
        await self._shared.interviewing.note(self.session.id, f"client_{name}", dict(detail))

    def pong(self, screen: Screen) -> None:
        """Still here, and what time it is."""
        screen.send(wire.Pong(server_time=self._shared.clock.now()))

    def repeat(self, screen: Screen) -> None:
        """Say the question again, to the one who asked."""
        question = self._question()
        if question is not None:
            screen.send(wire.QuestionMessage(question=question, reason="repeat"))

    async def _settle(self) -> None:
        """Have every word of the answer under way recognised and stored, as far as that goes in time."""
        if self._relay is not None and self.session.answering_since is not None:
            await self._relay.finalize(FINALIZE_TIMEOUT_S)
        await self._finals.settled(FINALIZE_TIMEOUT_S)

    async def _after_step(self) -> None:
        if not self.session.is_open:
            await self._end_media()

    def _adopt(self, session: Session) -> None:
        """Take the stored session as the present one and show it."""
        self.session = session
        self._clock_changed.set()
        self._show(self._state())

    # --- media ---------------------------------------------------------------------------------------

    async def take_offer(self, offer: Offer) -> Answer:
        """Connect the candidate's microphone (and camera); an earlier connection is replaced."""
        if not self.session.is_open:
            raise SessionClosed
        if self.session.recording_consent is not True:
            raise ConsentRequired
        async with self._one_at_a_time:
            session = await self._shared.interviewing.begin_clock(self.session.id)
            recorder = self._shared.record(session, self._on_recording)
            ears = Ears(self._feed, self._media_changed)
            answer, connection = await self._shared.gate.answer(offer, Fanout(recorder, ears))
            earlier, self._connection = self._connection, connection
            self._tasks.start("recording", self._until_closed(connection, recorder))
            self._adopt(session)
        if earlier is not None:
            await earlier.close()
            await self._shared.interviewing.note(self.session.id, "media_reconnected", {})
        return answer

    async def _until_closed(self, connection: Connection, recorder: Recorder) -> None:
        try:
            await connection.wait_closed()
        finally:
            await recorder.close()
            if self._connection is connection:
                self._connection = None
                self._show(self._state())
                await self._media_ended()

    def _feed(self, packet: AudioPacket) -> None:
        if self._relay is not None and self.session.answering_since is not None:
            self._relay.feed(packet, self._shared.at_ms(self.session, packet.received_ms))

    def _on_recording(self, trouble: Trouble) -> None:
        self._notify(f"recording_{trouble}", RECORDING[trouble])
        note = self._shared.interviewing.note(self.session.id, f"recording_{trouble}", {})
        self._tasks.start("note", note)

    def _media_changed(self, state: ConnectionState) -> None:
        self._show(wire.MediaMessage(state=state))
        if state in {"disconnected", "failed"}:
            note = self._shared.interviewing.note(self.session.id, f"media_{state}", {})
            self._tasks.start("note", note)

    async def _end_media(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
        self._relay = None
        await self._resources.aclose()

    # --- recognition ---------------------------------------------------------------------------------

    async def _open_relay(self, session: Session) -> None:
        if self._relay is not None or self._shared.transcriber is None:
            return
        options = StreamOptions(language=session.language, key_terms=session.key_terms)
        relay = Relay(self._shared.transcriber, options, self._on_speech)
        self._relay = await self._resources.enter_async_context(relay)

    def _on_speech(self, event: SpeechEvent) -> None:
        if isinstance(event, SpeechResult):
            self._on_result(event)
        elif isinstance(event, SpeechTrouble):
            self._on_trouble(event)
        elif isinstance(event, SpeechRestored):
            self._trouble = None
            self._notify("captions_restored", N_("Captions are back."))

    def _on_result(self, result: SpeechResult) -> None:
        question_id = self._spans.question_at(result.start_ms)
        if not result.text.strip() or question_id is None:
            return
        if result.is_final:
            self._finals.put(result, question_id)
        else:
            self._show(self._interim(result, question_id))

    def _on_trouble(self, trouble: SpeechTrouble) -> None:
        if trouble.code == self._trouble:
            return
        self._trouble = trouble.code
        self._notify(f"captions_{trouble.code}", TROUBLE[trouble.code])
        note = self._shared.interviewing.note(self.session.id, f"captions_{trouble.code}", {})
        self._tasks.start("note", note)

    async def _store(self, result: SpeechResult, question_id: UUID) -> Utterance:
        assert self._shared.transcriber is not None  # noqa: S101 (results come from it)
        source = self._shared.transcriber.name
        return await self._shared.interviewing.hear(self.session.id, result, source, question_id)

    def _show_final(self, utterance: Utterance) -> None:
        self._shown_seq = max(self._shown_seq, utterance.seq)
        self._show(self._final(utterance))

    def _begin_span(self, session: Session) -> None:
        if session.answering_since is not None and session.current_question_id is not None:
            self._spans.begin(session.current_question_id, session.clock_ms(session.answering_since))

    # --- the clock and the bus -----------------------------------------------------------------------

    async def _watch_clock(self) -> None:
        """Finish an answer whose time has run out, as the candidate would."""
        while True:
            self._clock_changed.clear()
            remaining_s = self._shared.seconds_until(self.session.answer_deadline)
            try:
                async with asyncio.timeout(remaining_s):
                    await self._clock_changed.wait()
            except TimeoutError:
                await self._end_of_time()

    async def _end_of_time(self) -> None:
        self._notify("time_is_up", N_("The time for this answer is up. Your answer has been saved."))
        async with self._one_at_a_time:
            await self._settle()
            self._adopt(await self._shared.interviewing.time_is_up(self.session.id))
        await self._after_step()

    async def hear_of(self, event: object) -> None:
        """A fact from the bus: show what another process, or a page, has changed."""
        if isinstance(event, InterviewAdvanced | ConsentGiven):
            async with self._one_at_a_time:
                await self._reread()
            if self.session.recording_consent is not True:
                await self._end_media()
        elif isinstance(event, UtteranceHeard) and event.seq > self._shown_seq:
            after, self._shown_seq = self._shown_seq, event.seq
            for screen in tuple(self._screens):
                await self.replay(screen, after)

    async def _reread(self) -> None:
        async with self._shared.database.uow() as work:
            session = await self._shared.sessions.get(work, self.session.id)
        if msgspec.structs.replace(session, last_seq=self.session.last_seq) != self.session:
            self._adopt(session)

    # --- what screens are told -----------------------------------------------------------------------

    def _state(self) -> wire.State:
        session = self.session
        return wire.State(
            session_id=session.id,
            status=session.status,
            phase=director.phase(session),
            question_id=session.current_question_id,
            question=self._question(),
            answering=session.answering_since is not None,
            question_count=len(self._questions),
            deadline=session.answer_deadline,
            seq=self._shown_seq,
            answer_limit_s=session.answer_limit_s,
            stt=self._shared.transcriber.name if self._shared.transcriber else "off",
            media=wire.MediaShown(connected=self._connection is not None),
            server_time=self._shared.clock.now(),
        )

    def _question(self) -> wire.QuestionShown | None:
        question = self._questions.get(self.session.current_question_id or UUID(int=0))
        return wire.QuestionShown(question.id, question.order, question.text) if question else None

    def _interim(self, result: SpeechResult, question_id: UUID) -> wire.SttResult:
        return wire.SttResult(
            session_id=self.session.id,
            text=result.text,
            timestamp=self._shared.clock.now().timestamp(),
            is_final=False,
            question_id=question_id,
            seq=None,
            start_ms=result.start_ms,
            end_ms=result.end_ms,
            confidence=result.confidence,
        )

    def _final(self, utterance: Utterance) -> wire.SttResult:
        return wire.SttResult(
            session_id=self.session.id,
            text=utterance.text,
            timestamp=self._shared.clock.now().timestamp(),
            is_final=True,
            question_id=utterance.question_id,
            seq=utterance.seq,
            start_ms=utterance.start_ms,
            end_ms=utterance.end_ms,
            confidence=utterance.confidence,
        )

    def _notify(self, code: str, message: str) -> None:
        with use_locale(self.session.language):
            self._show(wire.Notice(code=code, message=gettext(message)))

    def complain(self, screen: Screen, error: VivaError) -> None:
        """Tell one screen why its message could not be followed; the channel stays open."""
        with use_locale(self.session.language):
            text = gettext(error.message).format(**error.params)
        screen.send(wire.ErrorMessage(code=error.code, message=text))
