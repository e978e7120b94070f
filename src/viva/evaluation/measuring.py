"""How often the evidence finder is right, on answers that people have labelled.

The sets lie in `labelled/`: answers as they are spoken, in which the words that show a criterion are marked
`{criterion: …}`. Weights were chosen on `tuning`; `held_out` was only ever measured.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from statistics import fmean
from typing import Any, Literal
from uuid import UUID

import msgspec

from viva.evaluation.evidence import Said, Transcript
from viva.evaluation.keyless import EvidenceFinder, Ranked, masked_sentences
from viva.evaluation.model import RubricCriterion
from viva.questions import Language, Lists, Words, built_in_bank

LabelledSet = Literal["held_out", "tuning"]
Method = Literal["fused", "keywords", "encoder"]
METHODS: tuple[Method, ...] = ("fused", "keywords", "encoder")
_MARK = re.compile(r"\{([a-z_]+): ([^{}]*)\}")
_EQUAL = 1e-9


class Labelled(msgspec.Struct, frozen=True):
    """The sentences of one answer, what masking leaves of each (that is what is ranked), and for each
    criterion that it shows, which of them show it.
    """

    sentences: tuple[str, ...]
    masked: tuple[str, ...]
    pairs: tuple[tuple[RubricCriterion, frozenset[int]], ...]


class Figures(msgspec.Struct, frozen=True):
    """Over `pairs`: the share whose first quote is right, and the mean of 1/rank of the first right one."""

    pairs: int
    top_1: float
    mean_reciprocal_rank: float


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: str
    text: str


class _Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answers: tuple[_Answer, ...]


class _Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Words
    description: Words
    evidence: Lists


def measure(
    language: Language, labelled: LabelledSet, finder: EvidenceFinder | None = None
) -> dict[Method, Figures]:
    """Figures for each way to rank. Raises `LookupError` without the encoder's wheel."""
    finder = finder or EvidenceFinder()
    results: dict[Method, list[tuple[float, float]]] = {method: [] for method in METHODS}
    for answer in answers(language, labelled):
        rankings = finder.rank([criterion for criterion, _ in answer.pairs], answer.masked)
        for ranked, (_, right) in zip(rankings, answer.pairs, strict=True):
            if not ranked.near:
                raise LookupError("the sentence encoder is not installed")
            for method in METHODS:
                results[method].append(_hit(_scores(ranked, method), right))
    return {
        method: Figures(len(hits), fmean(first for first, _ in hits), fmean(rank for _, rank in hits))
        for method, hits in results.items()
    }


def answers(language: Language, labelled: LabelledSet) -> Iterator[Labelled]:
    """Every answer with the criteria that are marked in it, in the order of the file."""
    criteria = _criteria(language)
    for answer in msgspec.convert(_read(f"{labelled}/{language}.toml"), _Answers).answers:
        text, spans = _unmarked(answer.text.strip())
        said = Said(seq=1, question_id=UUID(int=1), text=text, start_ms=0, end_ms=1)
        spoken = masked_sentences(Transcript([said]))
        found, masked = [sentence.quote for sentence, _ in spoken], tuple(left for _, left in spoken)
        places = list(_placed(found, text))
        right: dict[str, set[int]] = {}
        for key, start, end in spans:
            meant = {place for place, span in enumerate(places) if _overlap(span, (start, end))}
            right.setdefault(key, set()).update(meant)
        marked = ((criteria[key], frozenset(found_at)) for key, found_at in right.items())
        yield Labelled(tuple(found), masked, tuple(marked))


def _scores(ranked: Ranked, method: Method) -> Sequence[float]:
    by_method = {"fused": ranked.fused, "keywords": ranked.keywords, "encoder": ranked.near}
    return by_method[method]


def _hit(scores: Sequence[float], right: frozenset[int]) -> tuple[float, float]:
    """Whether the first is right, and 1/rank of the first right one; ties count by their expectation."""
    best = max(scores[place] for place in right)
    before = sum(score > best + _EQUAL for score in scores)
    tied = [place for place, score in enumerate(scores) if abs(score - best) <= _EQUAL]
    right_among = sum(place in right for place in tied)
    first = right_among / len(tied) if before == 0 else 0.0
    ranks = [before + 1 + i for i in range(len(tied) - right_among + 1)]
    return first, fmean(1 / rank for rank in ranks)


def _unmarked(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The answer as it was said, and where in it each criterion is shown."""
    text, spans, last = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        spans.append((mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        last = mark.end()
    return text + marked[last:], spans


def _placed(found: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    cursor = 0
    for sentence in found:
        start = text.index(sentence, cursor)
        cursor = start + len(sentence)
        yield start, cursor


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@cache
def _criteria(language: Language) -> dict[str, RubricCriterion]:
    """The default rubric's criteria and those that come with the sets."""
    own = msgspec.convert(_read("criteria.toml"), dict[str, _Criterion])
    found = {
        key: RubricCriterion(
            key, c.title.of(language), c.description.of(language), evidence=c.evidence.of(language)
        )
        for key, c in own.items()
    }
    for key, c in built_in_bank().rubric(language).items():
        found[key] = RubricCriterion(c.key, c.title, c.description, c.anchors, c.evidence)
    return found


def _read(path: str) -> dict[str, Any]:
    file = resources.files("viva.evaluation") / "labelled" / path
    return tomllib.loads(file.read_text(encoding="utf-8"))
