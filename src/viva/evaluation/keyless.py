"""The evidence finder: without any key it quotes, per criterion, what the candidate said that belongs to it.

It ranks and it judges nothing: no level, no number. Nearness in meaning, shared keywords and how much a
sentence holds are fused; without the encoder's wheel, keywords alone. It ranks what masking leaves of each
sentence and quotes what was said. All run on this machine, in a thread.
"""

import asyncio
import re
from collections.abc import Sequence

import msgspec

from viva.evaluation.cleaning import weight
from viva.evaluation.evidence import SHORTEST_QUOTE, Evidence, Run, Transcript
from viva.evaluation.model import CriterionResult, Findings, RubricCriterion
from viva.evaluation.nearness import Nearness, Phrases, is_available, phrases_of
from viva.evaluation.ranking import bm25, fused, substance

WITH_ENCODER = "evidence finder (sentence encoder and keywords)"
KEYWORDS_ONLY = "evidence finder (keywords only)"
QUOTES_PER_CRITERION = 3
_SENTENCES_MAX = 400
"""About an hour of speech; more is not read, so that no transcript can keep a thread busy."""
_LONGEST = 300
"""Characters after which a stretch without a full stop is cut where an utterance ended."""
_SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+")
_KEYWORDS, _SUBSTANCE = 0.25, 0.5
"""What shared words and length weigh beside nearness, which weighs 1; chosen on the tuning sets."""


class Ranked(msgspec.Struct, frozen=True):
    """One criterion against all sentences: scores, higher is better, comparable within one list only.

    `near` is empty without the encoder; `shown` says which sentences have anything to do with the criterion.
    """

    fused: list[float]
    keywords: list[float]
    near: list[float]
    shown: list[bool]


class EvidenceFinder:
    """Finds quotes."""

    def __init__(self, *, use_encoder: bool = True) -> None:
        self._nearness = Nearness() if use_encoder and is_available() else None

    @property
    def name(self) -> str:
        """What it works with, in words, as it stands on scorecards."""
        return WITH_ENCODER if self._nearness else KEYWORDS_ONLY

    async def find(self, criteria: tuple[RubricCriterion, ...], transcript: Transcript) -> Findings:
        """The best quotes for every criterion, best first, without any judgement."""
        return await asyncio.to_thread(self._find, criteria, transcript)

    def _find(self, criteria: tuple[RubricCriterion, ...], transcript: Transcript) -> Findings:
        found = masked_sentences(transcript)
        rankings = self.rank(criteria, [masked for _, masked in found])
        quotes = [sentence for sentence, _ in found]
        results = tuple(
            _unjudged(criterion, _best(quotes, ranking))
            for criterion, ranking in zip(criteria, rankings, strict=True)
        )
        return Findings(status="ready", method="evidence", criteria=results)

    def rank(self, criteria: Sequence[RubricCriterion], texts: Sequence[str]) -> list[Ranked]:
        """How well each text fits each criterion. It computes; call it in a thread."""
        if not texts:
            return [Ranked([], [], [], []) for _ in criteria]
        asked = [phrases_of(c.title, c.description, c.evidence) for c in criteria]
        if self._nearness is None:
            return [_by_keywords(phrases, texts) for phrases in asked]
        ranked = []
        for phrases, near in zip(asked, self._nearness.of(asked, texts), strict=True):
            words = bm25(" ".join(phrases), texts)
            scores = fused((1, near.scores), (_KEYWORDS, words), (_SUBSTANCE, substance(texts)))
            shown = [on_topic or word > 0 for on_topic, word in zip(near.on_topic, words, strict=True)]
            ranked.append(Ranked(scores, words, near.scores, shown))
        return ranked


def _by_keywords(phrases: Phrases, texts: Sequence[str]) -> Ranked:
    words = bm25(" ".join(phrases), texts)
    scores = fused((1, words), (_SUBSTANCE, substance(texts)))
    return Ranked(scores, words, [], [word > 0 for word in words])


def _unjudged(criterion: RubricCriterion, evidence: tuple[Evidence, ...]) -> CriterionResult:
    return CriterionResult(
        key=criterion.key,
        title=criterion.title,
        level=None,
        evidence=evidence,
        note="not_judged" if evidence else "nothing_found",
    )


def _best(found: list[Evidence], ranked: Ranked) -> tuple[Evidence, ...]:
    order = sorted(range(len(found)), key=lambda place: -ranked.fused[place])
    return tuple(found[place] for place in order if ranked.shown[place])[:QUOTES_PER_CRITERION]


def sentences(transcript: Transcript) -> list[Evidence]:
    """What was said, sentence by sentence, in order; speech without full stops is cut at its pauses."""
    return [sentence for sentence, _ in masked_sentences(transcript)]


def masked_sentences(transcript: Transcript) -> list[tuple[Evidence, str]]:
    """`sentences`, each with what masking leaves of it: who somebody is must not move a quote (C04)."""
    spans = ((run, span) for run in transcript.runs for span in _spans(run) if not run.is_closed(*span))
    said = ((run.evidence(start, end), run.masked.part(start, end)) for run, (start, end) in spans)
    return [one for one in said if weight(one[0].quote) >= SHORTEST_QUOTE][:_SENTENCES_MAX]


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
