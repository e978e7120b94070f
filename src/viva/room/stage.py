"""What an interview's screens see: the session as it is stored, its questions, and what was said so far.

One candidate's screen acts, any number watch.
"""

import asyncio
from uuid import UUID

from viva.audio import SpeechResult
from viva.events import UtteranceCorrected, UtteranceHeard
from viva.platform.errors import Conflict, Unavailable, VivaError
from viva.platform.i18n import N_
from viva.room import messages as wire
from viva.room import telling
from viva.room.screen import Frame, Screen
from viva.room.shared import Shared
from viva.room.voice import Voice
from viva.sessions import Question, Session, Utterance

CLOSE_REPLACED = 4001
REPLAY_AT_ONCE = 100
"""Finals that are read and told in one go: an hour's worth of them holds up no other interview."""
RETRY_S = 1.0
OVER = {"captions_restored", "recording_recovered"}
"""The codes that say that a trouble is over."""


class Elsewhere(Conflict):
    """The candidate has gone on from another tab or device."""

    code = "replaced"
    message = N_("The interview moved to another tab.")


class Stage:
    """The screens of one interview. What it shows was stored before, but for interims and states of media."""

    def __init__(self, shared: Shared, session: Session, questions: tuple[Question, ...]) -> None:
        self.session = session
        self.candidate: Screen | None = None
        self._shown_seq = session.last_seq
        self._passed_over: set[int] = set()
        """Finals of others with a lower number, of which we have still to hear."""
        self._shared = shared
        self._questions = {question.id: question for question in questions}
        self._screens: set[Screen] = set()
        self._page: str | None = None
        self._troubles: dict[str, tuple[str, str]] = {}

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
        self._page = screen.page
        if earlier is not None:
            self.turn_away(earlier)

    def turn_away(self, screen: Screen) -> None:
        """The candidate's screen is another one."""
        screen.send(wire.Replaced())
        screen.close(CLOSE_REPLACED)

    def is_elsewhere(self, page: str | None) -> bool:
        """Whether the candidate has gone on from another page than this one. Who names none is believed."""
        return page is not None and self._page is not None and page != self._page

    def require_here(self, page: str | None) -> None:
        """Raises `Elsewhere`."""
        if self.is_elsewhere(page):
            raise Elsewhere

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

    def lacks(self, seq: int) -> bool:
        """Whether the screens have not been given this final yet."""
        return seq > self._shown_seq or seq in self._passed_over

    def show_final(self, utterance: Utterance, heard_ms: float = 0.0) -> None:
        """Once: where the bus was faster, it is on its way to the screens already."""
        seq = utterance.seq
        if self.lacks(seq):
            self._passed_over.update(range(self._shown_seq + 1, seq))
            self._passed_over.discard(seq)
            self._shown_seq = max(self._shown_seq, seq)
            shown = telling.final(self.session, utterance, self._shared.clock.now())
            self.show(shown, heard_ms, is_final=True)

    def show_notice(self, code: str, message: str) -> None:
        """Tell every screen a stable code, and an English msgid in the interview's language."""
        self.show(telling.notice(self.session, code, message))

    def is_news(self, event: object) -> bool:
        """False for the finals that the screens have got from here, which are nearly all."""
        return not isinstance(event, UtteranceHeard) or self.lacks(event.seq)

    async def hear_of(self, event: object) -> None:
        """A fact from the bus about something said: give every screen what it has not got yet."""
        if isinstance(event, UtteranceCorrected):
            await self.show_correction(event.seq)
        elif isinstance(event, UtteranceHeard) and self.lacks(event.seq):
            for utterance in await self._said(min(self._passed_over, default=self._shown_seq + 1) - 1):
                self.show_final(utterance)

    def show_trouble(self, code: str, message: str) -> None:
        """What impairs captions or recording, or no longer does: told now, and in `state` while it lasts."""
        kind = code.partition("_")[0]
        self._troubles.pop(kind, None)
        if code not in OVER:
            self._troubles[kind] = (code, message)
        self.show_notice(code, message)

    async def show_correction(self, seq: int) -> None:
        """The candidate has put something beside a final."""
        said = await self._said(seq - 1, at_most=1)
        self.show(telling.corrected(said[0]))

    async def replay(self, screen: Screen, after_seq: int) -> None:
        """Send the finals after `after_seq` to one screen, as fast as it takes them, new ones between."""
        while said := await self._said_at_last(screen, after_seq):
            for utterance in said:
                await screen.room()
                screen.send(telling.final(self.session, utterance, self._shared.clock.now()))
            after_seq = said[-1].seq

    async def _said_at_last(self, screen: Screen, after_seq: int) -> tuple[Utterance, ...]:
        """As soon as the database is there; nothing for a screen that is gone meanwhile."""
        told = False
        while not screen.closing:
            try:
                return await self._said(after_seq, at_most=REPLAY_AT_ONCE)
            except Unavailable as error:
                if not told:
                    self.complain(screen, error)
                told = True
                await asyncio.sleep(RETRY_S)
        return ()

    async def _said(self, after_seq: int, at_most: int | None = None) -> tuple[Utterance, ...]:
        async with self._shared.database.uow() as work:
            return await self._shared.sessions.utterances(work, self.session.id, after_seq, at_most)

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
            seq=self._shown_seq,
            engine=voice.engine,
            media=wire.MediaShown(connected=voice.connected, muted=voice.muted),
            troubles=tuple(telling.trouble(self.session, *each) for each in self._troubles.values()),
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
