"""What an interview's screens see: the session as it is stored, its questions, and what was said so far.

One candidate's screen acts, any number watch.
"""

from uuid import UUID

from viva.audio import SpeechResult
from viva.platform.errors import VivaError
from viva.room import messages as wire
from viva.room import telling
from viva.room.screen import Frame, Screen
from viva.room.shared import Shared
from viva.room.voice import Voice
from viva.sessions import Question, Session, Utterance

CLOSE_REPLACED = 4001


class Stage:
    """The screens of one interview. What it shows was stored before, but for interims and states of media."""

    def __init__(self, shared: Shared, session: Session, questions: tuple[Question, ...]) -> None:
        self.session = session
        self.candidate: Screen | None = None
        self.shown_seq = session.last_seq
        """The last final that the screens have been given."""
        self._shared = shared
        self._questions = {question.id: question for question in questions}
        self._screens: set[Screen] = set()

    @property
    def is_empty(self) -> bool:
        """Whether nobody looks."""
        return not self._screens

    def admit(self, screen: Screen) -> None:
        """One more screen."""
        self._screens.add(screen)

    def take_over(self, screen: Screen) -> None:
        """This is the candidate's screen from now on; the one before is told and closed."""
        earlier, self.candidate = self.candidate, screen
        if earlier is not None:
            earlier.send(wire.Replaced())
            earlier.close(CLOSE_REPLACED)

    def dismiss(self, screen: Screen) -> None:
        """The screen is gone."""
        self._screens.discard(screen)
        if self.candidate is screen:
            self.candidate = None

    def close(self, code: int) -> None:
        """Close every screen after what it is still to be sent."""
        for screen in tuple(self._screens):
            screen.close(code)

    def show(self, message: wire.ServerMessage, heard_ms: float = 0.0, *, is_final: bool = False) -> None:
        """Give a message to every screen. `heard_ms`: when the word in it came in, for the measurement."""
        frame = Frame(wire.encode(message), heard_ms, is_final)
        for screen in self._screens:
            screen.give(frame)

    def show_interim(self, result: SpeechResult, question_id: UUID) -> None:
        """What is heard at the moment; it is never stored."""
        shown = telling.interim(self.session, result, question_id, self._shared.clock.now())
        self.show(shown, result.received_ms)

    def show_final(self, utterance: Utterance, heard_ms: float) -> None:
        """Once: where the bus was faster, it is on its way to the screens already."""
        if utterance.seq > self.shown_seq:
            self.shown_seq = utterance.seq
            shown = telling.final(self.session, utterance, self._shared.clock.now())
            self.show(shown, heard_ms, is_final=True)

    def show_notice(self, code: str, message: str) -> None:
        """Tell every screen a stable code, and an English msgid in the interview's language."""
        self.show(telling.notice(self.session, code, message))

    async def show_up_to(self, seq: int) -> None:
        """Another process has stored a final: give every screen what it has not got yet."""
        after, self.shown_seq = self.shown_seq, seq
        for screen in tuple(self._screens):
            await self.replay(screen, after)

    async def show_correction(self, seq: int) -> None:
        """The candidate has put something beside a final."""
        async with self._shared.database.uow() as work:
            said = await self._shared.sessions.utterances(work, self.session.id, seq - 1)
        self.show(telling.corrected(said[0]))

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

    def state(self, voice: Voice) -> wire.State:
        """The whole state, as a screen is told it that has just come."""
        return telling.state(
            self.session,
            self._questions,
            seq=self.shown_seq,
            engine=voice.engine,
            media=wire.MediaShown(connected=voice.connected, muted=voice.muted),
            now=self._shared.clock.now(),
        )

    def question(self, question_id: UUID | None) -> Question | None:
        """A question of this interview."""
        return None if question_id is None else self._questions.get(question_id)

    async def learn_questions(self, session: Session) -> None:
        """A question that follows on an answer was not there before."""
        if session.current_question_id in {None, *self._questions}:
            return
        await self.relearn_questions(session)

    async def relearn_questions(self, session: Session) -> bool:
        """Before it begins staff may add to an interview and take away; whether they have."""
        async with self._shared.database.uow() as work:
            asked = await self._shared.sessions.questions(work, session.id)
        before, self._questions = self._questions, {question.id: question for question in asked}
        return before != self._questions
