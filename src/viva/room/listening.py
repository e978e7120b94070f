"""Listening to one interview: the relay to the recogniser, and whose words they are that come back."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from viva.audio import AudioPacket, SpeechEvent, SpeechRestored, SpeechResult
from viva.platform.i18n import N_
from viva.room.finals import AnswerSpans, Finals
from viva.sessions import Session, without_controls
from viva.stt import Relay, StreamOptions, Transcriber

TROUBLE = {
    "reconnecting": N_("Captions are interrupted. Your voice is still being recorded; please keep talking."),
    "unavailable": N_("Captions are not available right now. Your voice is still being recorded."),
    "refused": N_("Captions are not available right now. Your voice is still being recorded."),
    "overloaded": N_("Captions may be late because the server is busy. Nothing you say is lost."),
}
RESTORED = N_("Captions are back.")

ShowInterim = Callable[[SpeechResult, UUID], None]
Tell = Callable[[str, str], None]
"""Tell the screens: a notice's code and its message."""


class Listening:
    """Opened with the first spoken answer, closed with the media; without a recogniser it hears nothing."""

    def __init__(
        self, transcriber: Transcriber | None, finals: Finals, show_interim: ShowInterim, tell: Tell
    ) -> None:
        self._transcriber = transcriber
        self._finals = finals
        self._show_interim = show_interim
        self._tell = tell
        self._relay: Relay | None = None
        self._spans = AnswerSpans()
        self._trouble: str | None = None

    @property
    def engine(self) -> str:
        """The recogniser's name, or "off"."""
        return self._transcriber.name if self._transcriber else "off"

    def begin(self, session: Session) -> None:
        """From the start of the answer under way on, words belong to its question."""
        if session.answering_since is not None and session.current_question_id is not None:
            self._spans.begin(session.current_question_id, session.clock_ms(session.answering_since))

    async def open(self, session: Session) -> None:
        """Have a recogniser for what will be fed; twice is once."""
        if self._relay is not None or self._transcriber is None:
            return
        options = StreamOptions(language=session.language, key_terms=session.key_terms)
        relay = Relay(self._transcriber, options, self._on_speech)
        await relay.__aenter__()
        self._relay = relay

    def feed(self, packet: AudioPacket, at_ms: int) -> None:
        """Hand a packet on; never waits."""
        if self._relay is not None:
            self._relay.feed(packet, at_ms)

    async def finalize(self, timeout_s: float) -> None:
        """Have everything fed so far recognised, as far as that goes in time."""
        if self._relay is not None:
            await self._relay.finalize(timeout_s)

    async def close(self) -> None:
        """Take the last words and let go of the recogniser; it may be opened again."""
        relay, self._relay = self._relay, None
        if relay is not None:
            await relay.close()

    def _on_speech(self, event: SpeechEvent) -> None:
        if isinstance(event, SpeechResult):
            self._on_result(cleaned(event))
        elif isinstance(event, SpeechRestored):
            self._trouble = None
            self._tell("captions_restored", RESTORED)
        elif event.code != self._trouble:
            self._trouble = event.code
            self._tell(f"captions_{event.code}", TROUBLE[event.code])

    def _on_result(self, result: SpeechResult) -> None:
        question_id = self._spans.question_at(result.start_ms)
        if not result.text or question_id is None:
            return
        if result.is_final:
            self._finals.put(result, question_id)
        else:
            self._show_interim(result, question_id)


def cleaned(result: SpeechResult) -> SpeechResult:
    """Without characters that no screen shows or no database holds (S31), whatever the vendor sent."""
    words = tuple(msgspec.structs.replace(word, text=without_controls(word.text)) for word in result.words)
    return msgspec.structs.replace(result, text=without_controls(result.text), words=words)
