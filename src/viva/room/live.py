"""A running interview in memory: its screens, its clock, and the voice that it listens to.

Nothing here is needed to go on after a crash: `Interviewing` has stored every step, and the first screen that
comes back is told the whole state. Commands are followed one at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import structlog

from viva.audio import SpeechResult
from viva.events import ConsentGiven, InterviewAdvanced, UtteranceCorrected, UtteranceHeard
from viva.media import Answer, ConnectionState, MediaConnection, Offer, SoundConnection
from viva.platform.errors import Unavailable, VivaError
from viva.platform.i18n import N_
from viva.platform.tasks import Tasks
from viva.room import messages as wire
from viva.room import telling
from viva.room.finals import Finals
from viva.room.screen import CLOSE_GOING_AWAY, Frame, Screen
from viva.room.shared import Shared
from viva.room.voice import Voice
from viva.sessions import ConsentRequired, Question, Session, SessionClosed, Utterance

log = structlog.get_logger(__name__)

FINALIZE_TIMEOUT_S = 10.0
"""How long the end of an answer waits for the words under way; the rest is transcribed from the recording."""
CLOSE_REPLACED = 4001
CLOSE_RESTART = 1012
RESTARTING = N_("The server is restarting. Please stay here; your interview goes on in a moment.")
CLOCK_RETRY_S = 1.0


class LiveInterview:
    """Open with `async with`. One candidate's screen acts, any number watch.

    `when_idle` is called when media has ended, so that whoever keeps interviews can let this one go.
    """

    def __init__(
        self,
        shared: Shared,
        session: Session,
        questions: tuple[Question, ...],
        when_idle: Callable[[], None],
    ) -> None:
        self.session = session
        self._shared = shared
        self._questions = {question.id: question for question in questions}
        self._when_idle = when_idle
        self._screens: set[Screen] = set()
        self._candidate: Screen | None = None
        self._tasks = Tasks(f"interview.{session.id}")
        self._voice = Voice(shared, self, self._tasks)
        self._finals = Finals(self._store, self._show_final)
        self._one_at_a_time = asyncio.Lock()
        self._clock_changed = asyncio.Event()
        self._shown_seq = session.last_seq

    async def __aenter__(self) -> "LiveInterview":
        self._tasks.start("finals", self._finals.run())
        self._tasks.start("clock", self._watch_clock())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Ends when everything heard is stored, however long the database is away; cancelling ends it too."""
        for screen in tuple(self._screens):
            screen.close(CLOSE_GOING_AWAY)
        try:
            await self._voice.end()
            await self._finals.settled(None)
            await self._note_missed_at_last()
        finally:
            await self._tasks.close()

    async def drain(self) -> None:
        """The process is about to end: tell the screens, then make final what is under way, then close them.

        The answer goes on where the interview is opened next. What cannot be stored now is `missed`.
        """
        self._show(telling.notice(self.session, "restarting", RESTARTING))
        try:
            async with self._one_at_a_time:
                await self._settle()
        except Unavailable:
            log.warning("drained_without_database")  # closing waits for it as long as it may
        finally:
            for screen in tuple(self._screens):
                screen.close(CLOSE_RESTART)

    @property
    def is_empty(self) -> bool:
        """Whether nobody looks and nothing is received."""
        return not self._screens and not self._voice.connected

    # Screens

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
        try:
            async with self._one_at_a_time:
                self._adopt(await self._shared.interviewing.come_back(self.session.id))
        except Unavailable:
            log.warning("return_not_noted")  # the state in memory is more than a closed door

    def leave(self, screen: Screen) -> None:
        """The screen is gone; the interview waits."""
        self._screens.discard(screen)
        if self._candidate is screen:
            self._candidate = None
            self._clock_changed.set()

    async def replay(self, screen: Screen, after_seq: int) -> None:
        """Send the finals after `after_seq` to one screen."""
        async with self._shared.database.uow() as work:
            heard = await self._shared.sessions.utterances(work, self.session.id, after_seq)
        for utterance in heard:
            screen.send(telling.final(self.session, utterance, self._shared.clock.now()))

    def pong(self, screen: Screen) -> None:
        """Still here, and what time it is."""
        screen.send(wire.Pong(server_time=self._shared.clock.now()))

    def repeat(self, screen: Screen) -> None:
        """Say the question again, to the one who asked."""
        question = telling.question(self.session, self._questions)
        if question is not None:
            screen.send(wire.QuestionMessage(question=question, reason="repeat"))

    def complain(self, screen: Screen, error: VivaError) -> None:
        """Tell one screen why its message could not be followed; the channel stays open."""
        screen.send(telling.complaint(self.session, error))

    # Commands

    async def start_answer(self, question_id: UUID) -> None:
        """Begin to listen to the answer to `question_id`."""
        async with self._one_at_a_time:
            session = await self._shared.interviewing.start_answer(self.session.id, question_id)
            await self._voice.listen(session)
            self._adopt(session)

    async def finish_answer(self, question_id: UUID | None = None) -> None:
        """End the answer: first the words under way, then the step to the next question."""
        await self._step(lambda: self._finish(question_id))

    async def _finish(self, question_id: UUID | None) -> Session:
        follow_up = await self._follow_up(question_id)
        return await self._shared.interviewing.finish_answer(self.session.id, question_id, follow_up)

    async def next_question(self, question_id: UUID | None = None) -> None:
        """Go on, with or without an answer."""
        await self._step(lambda: self._shared.interviewing.next_question(self.session.id, question_id))

    async def type_answer(self, question_id: UUID, text: str) -> Session:
        """Take a typed answer and step on."""
        return await self._step(lambda: self._type(question_id, text))

    async def _type(self, question_id: UUID, text: str) -> Session:
        follow_up = await self._follow_up(question_id, text)
        return await self._shared.interviewing.type_answer(self.session.id, question_id, text, follow_up)

    async def _follow_up(self, question_id: UUID | None, typed: str | None = None) -> str | None:
        current = self.session.current_question_id
        if current is None or question_id not in {None, current}:
            return None
        return await self._shared.following.on(self.session, self._questions.get(current), typed)

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

    async def _step(self, act: Callable[[], Awaitable[Session]]) -> Session:
        async with self._one_at_a_time:
            await self._settle()  # first, so that the answer's evaluation waits for its words
            session = await act()
            await self._learn_questions(session)
            self._adopt(session)
        if not session.is_open:
            await self._voice.end()
            await self._note_missed()
        return session

    async def _settle(self) -> None:
        """Make final and store what has been said so far; raises `Unavailable`."""
        if self.session.answering_since is not None:
            await self._voice.finalize(FINALIZE_TIMEOUT_S)
        await self._finals.settled(FINALIZE_TIMEOUT_S)
        await self._note_missed()

    async def _note_missed(self) -> None:
        """Write down what nobody transcribed. Raises `Unavailable`, and then it is still to be written."""
        missed = tuple(self._voice.missed)
        if missed:
            await self._shared.interviewing.note_missed(self.session.id, missed, self._voice.engine)
            del self._voice.missed[: len(missed)]

    async def _note_missed_at_last(self) -> None:
        while self._voice.missed:
            try:
                await self._note_missed()
            except Unavailable:
                log.warning("missed_spans_wait_for_database")
                await asyncio.sleep(CLOCK_RETRY_S)

    def _adopt(self, session: Session) -> None:
        """Take the stored session as the present one and show it."""
        self.session = session
        self._clock_changed.set()
        self._show(self._state())

    # Media

    async def take_offer(self, offer: Offer) -> Answer:
        """Connect the candidate's microphone (and camera); an earlier connection is replaced."""
        async with self._one_at_a_time:
            await self._require_consent()
            answer, earlier = await self._voice.connect(offer)
            await self._begin()
        await self._replaced(earlier)
        return answer

    async def take_sound(self) -> SoundConnection:
        """As `take_offer`, where no UDP can pass: the caller feeds what a socket brings, and closes it."""
        async with self._one_at_a_time:
            await self._require_consent()
            connection, earlier = self._voice.connect_socket()
            await self._begin()
        await self._replaced(earlier)
        self._note("media_over_socket")
        return connection

    async def _require_consent(self) -> None:
        await self._reread()
        if not self.session.is_open:
            raise SessionClosed
        if self.session.recording_consent is not True:
            raise ConsentRequired

    async def _begin(self) -> None:
        session = await self._shared.interviewing.begin_clock(self.session.id)
        await self._voice.listen(session)
        self._adopt(session)

    async def _replaced(self, earlier: MediaConnection | None) -> None:
        if earlier is not None:
            await earlier.close()
            self._note("media_reconnected")

    def heard(self, result: SpeechResult, question_id: UUID) -> None:
        """A final is stored before anybody sees it; an interim is shown at once and never stored."""
        if result.is_final:
            self._finals.put(result, question_id)
        else:
            shown = telling.interim(self.session, result, question_id, self._shared.clock.now())
            self._show(shown, result.received_ms)

    def media_changed(self, state: ConnectionState) -> None:
        """Tell the screens, and write a loss down."""
        self._show(wire.MediaMessage(state=state))
        if state in {"disconnected", "failed"}:
            self._note(f"media_{state}")

    def media_ended(self) -> None:
        """The connection is over and its recording complete."""
        self._show(self._state())
        self._when_idle()

    def troubled(self, code: str, message: str) -> None:
        """Tell the screens, and write it down."""
        self._show(telling.notice(self.session, code, message))
        self._note(code)

    def _note(self, kind: str) -> None:
        self._tasks.start("note", self._shared.interviewing.note_when_possible(self.session.id, kind))

    async def _store(self, result: SpeechResult, question_id: UUID, again: bool) -> Utterance:
        source = result.engine or self._voice.engine
        return await self._shared.interviewing.hear(self.session.id, result, source, question_id, again=again)

    def _show_final(self, utterance: Utterance, heard_ms: float) -> None:
        """Once: where the bus was faster, it is on its way to the screens already."""
        if utterance.seq > self._shown_seq:
            self._shown_seq = utterance.seq
            shown = telling.final(self.session, utterance, self._shared.clock.now())
            self._show(shown, heard_ms, is_final=True)

    # The clock

    async def _watch_clock(self) -> None:
        """Finish an answer whose time has run out, while its candidate is here to see it."""
        while True:
            self._clock_changed.clear()
            here = self._candidate is not None
            remaining_s = self._shared.seconds_until(self.session.answer_deadline) if here else None
            try:
                async with asyncio.timeout(remaining_s):
                    await self._clock_changed.wait()
            except TimeoutError:
                await self._end_of_time()

    async def _end_of_time(self) -> None:
        try:
            before = self.session.current_question_id
            session = await self._step(lambda: self._shared.interviewing.time_is_up(self.session.id))
            if session.current_question_id != before:
                said = N_("The time for this answer is up. Your answer has been saved.")
                self._show(telling.notice(session, "time_is_up", said))
        except VivaError as error:
            log.warning("end_of_time_not_written", code=error.code)
            await asyncio.sleep(CLOCK_RETRY_S)

    # The bus

    def is_news(self, event: object) -> bool:
        """False for the finals that the screens have got from here, which are nearly all."""
        return not (isinstance(event, UtteranceHeard) and event.seq <= self._shown_seq)

    async def hear_of(self, event: object) -> None:
        """A fact from the bus: show what another process, or a page, has changed."""
        if isinstance(event, InterviewAdvanced | ConsentGiven):
            async with self._one_at_a_time:
                await self._reread()
            if self.session.recording_consent is not True or not self.session.is_open:
                await self._voice.end()
        elif isinstance(event, UtteranceHeard) and event.seq > self._shown_seq:
            after, self._shown_seq = self._shown_seq, event.seq
            for screen in tuple(self._screens):
                await self.replay(screen, after)
        elif isinstance(event, UtteranceCorrected):
            async with self._shared.database.uow() as work:
                said = await self._shared.sessions.utterances(work, self.session.id, event.seq - 1)
            self._show(telling.corrected(said[0]))

    async def _reread(self) -> None:
        async with self._shared.database.uow() as work:
            session = await self._shared.sessions.get(work, self.session.id)
        if msgspec.structs.replace(session, last_seq=self.session.last_seq) != self.session:
            await self._learn_questions(session)
            self._adopt(session)

    async def _learn_questions(self, session: Session) -> None:
        """A question that follows on an answer was not there before."""
        if session.current_question_id in {None, *self._questions}:
            return
        async with self._shared.database.uow() as work:
            asked = await self._shared.sessions.questions(work, session.id)
        self._questions = {question.id: question for question in asked}

    # What screens are told

    def _show(self, message: wire.ServerMessage, heard_ms: float = 0.0, *, is_final: bool = False) -> None:
        frame = Frame(wire.encode(message), heard_ms, is_final)
        for screen in self._screens:
            screen.give(frame)

    def _state(self) -> wire.State:
        return telling.state(
            self.session,
            self._questions,
            seq=self._shown_seq,
            engine=self._voice.engine,
            connected=self._voice.connected,
            now=self._shared.clock.now(),
        )
