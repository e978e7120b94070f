"""A running interview in memory: its screens, its clock, and the voice that it listens to.

Nothing here is needed to go on after a crash: `Interviewing` has stored every step, and the first screen that
comes back is told the whole state. Steps are taken one at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from viva.audio import SpeechResult
from viva.events import ConsentGiven, InterviewAdvanced
from viva.media import Answer, ConnectionState, MediaConnection, Offer, SoundConnection
from viva.platform.errors import Unavailable, VivaError
from viva.platform.i18n import N_
from viva.platform.tasks import Tasks
from viva.room import director
from viva.room import messages as wire
from viva.room.deadline import Deadline
from viva.room.doubt import Doubt
from viva.room.finals import Finals
from viva.room.muting import MuteMarks
from viva.room.owed import Owed
from viva.room.screen import CLOSE_GOING_AWAY, Screen
from viva.room.shared import Shared
from viva.room.stage import Stage
from viva.room.untranscribed import MissedPart
from viva.room.voice import Voice
from viva.sessions import Question, Session, Utterance

log = structlog.get_logger(__name__)

FINALIZE_TIMEOUT_S = 10.0
"""How long the end of an answer waits for the words under way; the rest is transcribed from the recording."""
CLOSE_RESTART = 1012
RESTARTING = N_("The server is restarting. Please stay here; your interview goes on in a moment.")


class LiveInterview:
    """Open with `async with`. One candidate's screen acts, any number watch.

    `when_idle` is called when media has ended: this one may rest. `muted`: whether the candidate was so last.
    """

    def __init__(
        self,
        shared: Shared,
        session: Session,
        questions: tuple[Question, ...],
        when_idle: Callable[[], None],
        *,
        muted: bool = False,
    ) -> None:
        self.stage = Stage(shared, session, questions)
        self._shared = shared
        self._when_idle = when_idle
        self._tasks = Tasks(f"interview.{session.id}")
        self._voice = Voice(shared, self, self._tasks, muted=muted)
        self._owed = Owed(self._voice.missed, self._note_missed)
        self._mute_marks = MuteMarks(self._mark, shared.clock, self._tasks)
        self._finals = Finals(self._store, self.stage.show_final)
        self._one_at_a_time = asyncio.Lock()
        self._stepping = False
        self._deadline = Deadline(self._remaining_s, self._time_is_up)
        self._doubt = Doubt(self._look, self._tasks)
        self._ending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "LiveInterview":
        self._tasks.start("finals", self._finals.run())
        self._tasks.start("clock", self._deadline.watch())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Ends when everything heard is stored, however long the database is away; cancelling ends it too."""
        self.stage.close(CLOSE_GOING_AWAY)
        try:
            if self._ending is not None:  # not beside it: each would leave what the other holds
                await asyncio.wait([self._ending])
            await self._voice.end()
            await self._stored()
            await self._voice.leave()
        finally:
            await self._tasks.close()

    async def rest(self) -> None:
        """Nobody is here: have stored all that was said, however long the database is away.

        Until then no other is opened beside it, which could end an answer of which words are owed.
        """
        await self._voice.hurry(FINALIZE_TIMEOUT_S)
        await self._stored()

    async def _stored(self) -> None:
        await self._finals.settled(None)
        await self._owed.note_at_last()
        await self._mute_marks.settled()

    async def drain(self) -> None:
        """The process is about to end: tell the screens, then make final what is under way, then close them.

        The answer goes on where the interview is opened next. What cannot be stored now is `missed`.
        """
        self.stage.show_notice("restarting", RESTARTING)
        try:
            async with self._one_at_a_time:
                await self._settle()
        except Unavailable:
            log.warning("drained_without_database")  # closing waits for it as long as it may
        finally:
            self.stage.close(CLOSE_RESTART)

    @property
    def session(self) -> Session:
        """As it was stored last."""
        return self.stage.session

    @property
    def is_empty(self) -> bool:
        """Whether nobody looks and nothing is received."""
        return self.stage.is_empty and not self._voice.connected

    # Screens

    async def join(self, screen: Screen) -> None:
        """Show the state; a candidate's new screen takes over from the one before."""
        if screen.may_act:
            if screen.returning and self.stage.is_elsewhere(screen.page):
                return self.stage.turn_away(screen)
            self.stage.take_over(screen)
            self._deadline.changed()
            await self._note_return()
        self.stage.admit(screen)
        return screen.send(self.stage.state(self._voice))

    async def _note_return(self) -> None:
        try:
            async with self._one_at_a_time:
                await self._taken(lambda: self._shared.interviewing.come_back(self.session.id))
        except Unavailable:
            log.warning("return_not_noted")  # the state in memory is more than a closed door

    def leave(self, screen: Screen) -> None:
        """The screen is gone; the interview waits."""
        self.stage.dismiss(screen)
        self._deadline.changed()

    # Commands

    async def start_answer(self, question_id: UUID) -> None:
        """Begin to listen to the answer to `question_id`."""
        interviewing = self._shared.interviewing
        async with self._one_at_a_time:
            await self._taken(lambda: interviewing.start_answer(self.session.id, question_id))

    async def finish_answer(self, question_id: UUID | None = None) -> None:
        """End the answer: first the words under way, then the step to the next question."""
        await self._step(lambda: self._finish(question_id), question_id)

    async def _finish(self, question_id: UUID | None) -> Session:
        follow_up = await self._follow_up(question_id)
        return await self._shared.interviewing.finish_answer(self.session.id, question_id, follow_up)

    async def next_question(self, question_id: UUID | None = None) -> None:
        """Go on, with or without an answer."""
        interviewing = self._shared.interviewing
        await self._step(lambda: interviewing.next_question(self.session.id, question_id), question_id)

    async def type_answer(self, question_id: UUID, text: str) -> Session:
        """Take a typed answer and step on."""
        return await self._step(lambda: self._type(question_id, text), question_id)

    async def _type(self, question_id: UUID, text: str) -> Session:
        follow_up = await self._follow_up(question_id, text)
        return await self._shared.interviewing.type_answer(self.session.id, question_id, text, follow_up)

    async def _follow_up(self, question_id: UUID | None, typed: str | None = None) -> str | None:
        current = self.session.current_question_id
        if current is None or question_id not in {None, current}:
            return None
        now = self._shared.clock.now()
        return await self._shared.following.on(self.session, self.stage.question(current), now, typed)

    async def need_time(self) -> None:
        """One more minute."""
        async with self._one_at_a_time:
            await self._taken(lambda: self._shared.interviewing.need_time(self.session.id))

    async def correct(self, seq: int, text: str) -> None:
        """What was meant, beside what was heard."""
        await self._shared.interviewing.correct(self.session.id, seq, text)

    async def note_client(self, name: str, detail: wire.Detail) -> None:
        """Something the page saw: written down for both sides."""
        await self._shared.interviewing.note(self.session.id, f"client_{name}", dict(detail))

    def mute(self, *, on: bool) -> None:
        """At once: keep nothing of the candidate, or everything again.

        Every screen is told, also when nothing has changed: none shall think otherwise than it is.
        """
        if self.session.is_open and self._voice.mute(on=on):
            self._mute_marks.put("muted" if on else "unmuted")
            if on:
                self._tasks.start("last_words", self._voice.hurry_before_mute(FINALIZE_TIMEOUT_S))
        self.stage.show(self.stage.state(self._voice))

    async def _mark(self, kind: str, moment: datetime) -> None:
        await self._shared.interviewing.note(self.session.id, kind, {}, moment)

    async def _step(self, act: Callable[[], Awaitable[Session]], question_id: UUID | None) -> Session:
        async with self._one_at_a_time:
            if question_id in {None, self.session.current_question_id}:
                await self._settle()  # first, so that the answer's evaluation waits for its words
            return await self._taken(act)

    async def _taken(self, act: Callable[[], Awaitable[Session]]) -> Session:
        """Act, and take what is stored then. Words stored meanwhile may come too late for an evaluation.

        What failed may have been done: the connection may have ended with the commit (F10). So what is stored
        is shown as soon as the database says it. A page that repeats its step would be told only that it is
        not at this question.
        """
        self._stepping = True
        try:
            session = await act()
            await self._take(session)
        except VivaError:
            self._doubt.begin()
            raise
        finally:
            self._stepping = False
        return session

    async def _look(self) -> None:
        async with self._one_at_a_time:
            await self._reread()

    async def _reread(self) -> None:
        async with self._shared.database.uow() as work:
            session = await self._shared.sessions.get(work, self.session.id)
        amended = session.may_be_amended and await self.stage.relearn_questions(session)
        if amended or msgspec.structs.replace(session, last_seq=self.session.last_seq) != self.session:
            await self._take(session)

    async def _take(self, session: Session) -> None:
        """Take the stored session as the present one, whoever has brought it there: hear the answer that is
        under way, show the screens where it stands, and end what is over.
        """
        await self.stage.learn_questions(session)
        answer_ended = self.session.answering_since not in {None, session.answering_since}
        if answer_ended:
            self._voice.answer_over()
        is_here = self.stage.candidate is not None or self._voice.connected
        if is_here and session.is_open and session.recording_consent is True:
            await self._voice.listen(session)
        self.stage.session = session
        self._deadline.changed()
        self.stage.show(self.stage.state(self._voice))
        if answer_ended and session.is_open:
            self._tasks.start("last_words", self._last_words())
        self._end_if_over()

    async def _last_words(self) -> None:
        """What was said while the answer was being ended."""
        await self._voice.hurry(FINALIZE_TIMEOUT_S)
        await self._owed.note_at_last()

    def _end_if_over(self) -> None:
        """Without consent nothing is kept from this moment on; an interview's end waits for what is late."""
        if self.session.recording_consent is not True:
            if self._voice.connected:
                self._tasks.start("end", self._voice.end())
        elif not self.session.is_open and (self._ending is None or self._ending.done()):
            self._ending = self._tasks.start("end", self._hear_to_the_end())

    async def _hear_to_the_end(self) -> None:
        await self._voice.hear_to_the_end(FINALIZE_TIMEOUT_S)
        await self._stored()
        await self._voice.leave()

    async def _settle(self) -> None:
        """Make final and store what has been said so far; raises `Unavailable`."""
        if self.session.answering_since is not None:
            await self._voice.finalize(FINALIZE_TIMEOUT_S)
        await self._finals.settled(FINALIZE_TIMEOUT_S)
        await self._owed.note()

    async def _note_missed(self, missed: Sequence[MissedPart]) -> None:
        await self._shared.interviewing.note_missed(self.session.id, missed, self._voice.engine)

    # Media

    async def take_offer(self, offer: Offer, page: str | None = None) -> Answer:
        """Connect the candidate's microphone (and camera); an earlier connection is replaced."""
        async with self._one_at_a_time:
            await self._require_recording(page)
            answer, earlier = await self._voice.connect(offer)
            await self._begin(earlier)
        return answer

    async def take_sound(self, page: str | None = None) -> SoundConnection:
        """As `take_offer`, where no UDP can pass: the caller feeds what a socket brings, and closes it.

        Who names a page is ours, which tells when its recorder pauses.
        """
        async with self._one_at_a_time:
            await self._require_recording(page)
            connection, earlier = self._voice.connect_socket(tells_pauses=page is not None)
            await self._begin(earlier)
        self._note("media_over_socket")
        return connection

    async def _require_recording(self, page: str | None) -> None:
        self.stage.require_here(page)
        await self._reread()
        director.require_recording(self.session)

    async def _begin(self, earlier: MediaConnection | None) -> None:
        """Listen by the new connection; the one that it replaces ends whether or not that can be written."""
        try:
            await self._take(await self._shared.interviewing.begin_clock(self.session.id))
        finally:
            if earlier is not None:
                await earlier.close()
                self._note("media_reconnected")

    def heard(self, result: SpeechResult, question_id: UUID) -> None:
        """A final is stored before anybody sees it; an interim is shown at once and never stored."""
        if result.is_final:
            self._finals.put(result, question_id)
        else:
            self.stage.show_interim(result, question_id)

    def media_changed(self, state: ConnectionState) -> None:
        """Tell the screens, and write a loss down."""
        self.stage.show(wire.MediaMessage(state=state))
        if state in {"disconnected", "failed"}:
            self._note(f"media_{state}")

    def media_ended(self) -> None:
        """The connection is over and its recording complete."""
        self.stage.show(self.stage.state(self._voice))
        self._when_idle()

    def troubled(self, code: str, message: str) -> None:
        """Tell the screens, and write it down."""
        self.stage.show_trouble(code, message)
        self._note(code)

    def _note(self, kind: str) -> None:
        self._tasks.start("note", self._shared.interviewing.note_when_possible(self.session.id, kind))

    async def _store(self, result: SpeechResult, question_id: UUID, again: bool) -> Utterance:
        source = result.engine or self._voice.engine
        interviewing = self._shared.interviewing
        stored = await interviewing.hear(self.session.id, result, source, question_id, again=again)
        stepping = self._stepping or self._doubt.holds
        answering = self.session.answering_since is not None and not stepping
        if not answering or self.session.current_question_id != question_id:
            await interviewing.evaluate_anew(self.session.id, question_id)
        return stored

    # The clock

    def _remaining_s(self) -> float | None:
        if self.stage.candidate is None:
            return None
        return self._shared.seconds_until(self.session.answer_deadline)

    async def _time_is_up(self) -> None:
        interviewing, before = self._shared.interviewing, self.session.current_question_id
        async with self._one_at_a_time:
            if self._remaining_s() != 0:
                return  # there is more time now, or nobody here; nothing shall be cut in the middle of a word
            await self._settle()
            session = await self._taken(lambda: interviewing.time_is_up(self.session.id))
        if session.current_question_id != before:
            said = N_("The time for this answer is up. Your answer has been saved.")
            self.stage.show_notice("time_is_up", said)

    # The bus

    async def hear_of(self, event: object) -> None:
        """A fact from the bus: show what another process, or a page, has changed."""
        if isinstance(event, InterviewAdvanced | ConsentGiven):
            await self._doubt.look_at_last()
        else:
            await self.stage.hear_of(event)
