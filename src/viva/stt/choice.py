"""Which engine this installation recognises with, and why."""

from collections.abc import Callable
from typing import Literal

import msgspec

from viva.platform.i18n import N_
from viva.platform.settings import Settings
from viva.stt import whisper
from viva.stt.port import EngineName, Transcriber

Reason = Literal["key_given", "no_key", "asked_for", "switched_off", "model_missing"]

_WORDS: dict[Reason, str] = {
    "key_given": N_("Deepgram recognises speech, because its key is set."),
    "no_key": N_("The local engine recognises speech, because no Deepgram key is set."),
    "asked_for": N_("VIVA_STT names the engine that recognises speech."),
    "switched_off": N_("Speech recognition is switched off by VIVA_STT; answers can be typed."),
    "model_missing": N_("The local engine's model is not installed; answers can be typed."),
}


class Choice(msgspec.Struct, frozen=True):
    """The engine, or none, and the reason: a stable word, and `message` for a person, in English."""

    engine: EngineName | None
    reason: Reason

    @property
    def message(self) -> str:
        """One sentence, a message id of the catalogs."""
        return _WORDS[self.reason]


def describe(settings: Settings) -> Choice:
    """What `choose` would choose. Loads nothing."""
    wanted = settings.stt
    if wanted == "off":
        return Choice(None, "switched_off")
    if settings.deepgram_api_key and wanted != "local":
        return Choice("deepgram", "key_given" if wanted == "auto" else "asked_for")
    if not whisper.is_there(settings.local_model_dir):
        return Choice(None, "model_missing")
    return Choice("local", "no_key" if wanted == "auto" else "asked_for")


def choose(settings: Settings) -> tuple[Transcriber | None, Choice]:
    """The engine for this process, not yet entered, and why it is this one. None: answers are typed."""
    choice = describe(settings)
    if choice.engine == "deepgram":
        from viva.stt.deepgram import DeepgramTranscriber  # noqa: PLC0415 (its SDK costs half a second)

        return DeepgramTranscriber(settings.deepgram_api_key, settings.deepgram_url), choice
    if choice.engine == "local":
        from viva.stt.local import LocalTranscriber  # noqa: PLC0415 (nobody else needs numpy and PyAV here)

        return LocalTranscriber(settings.local_model_dir), choice
    return None, choice


def standby(settings: Settings) -> Callable[[], Transcriber] | None:
    """Makes the engine that steps in when the chosen one is away for long; None if there is no other.

    Only where the choice is left to us: who names an engine in VIVA_STT gets that one and no other.
    """
    if (
        settings.stt != "auto"
        or describe(settings).engine != "deepgram"
        or not whisper.is_there(settings.local_model_dir)
    ):
        return None

    def make() -> Transcriber:
        from viva.stt.local import LocalTranscriber  # noqa: PLC0415 (nobody else needs numpy and PyAV here)

        return LocalTranscriber(settings.local_model_dir)

    return make
