"""Keyword ranking without a model (BM25), and joining it with other rankings. Pure.

Words in Latin script count without their endings, in Hangul every pair of syllables counts: Korean endings
change a word, and pairs of syllables mostly survive that. The figures below were chosen on the tuning sets in
`labelled/tuning`; what they are worth is measured on others, by `viva evidence`.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean, pstdev

_K1, _B = 1.2, 0.3
"""Okapi BM25; a sentence is not held to be less to the point for being long, so B is below the usual 0.75."""
_TOKEN = re.compile("[a-z0-9]+|[가-힣]+")
_STOP = re.compile(
    "an?|and|are|as|at|be|but|by|for|from|had|ha[sv]e?|how|i|if|in|is|its?|not|of|on|or|sa(?:y|ys|id)|so|"
    "tells|th(?:an|at|e|eir|en|ey|is)|to|was|we|were|wh(?:at|en|ich|o|y)|with|you|gives|names"
)
_STOP_PAIRS = frozenset(["말한", "한다", "밝힌", "힌다", "설명", "명한", "는지", "하는"])
"""What every description of a criterion says, in either language."""
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "edly", "ed", "es", "ly", "s", "e")
_STEM_MIN = 3


def terms(text: str) -> list[str]:
    """What is counted: `slow queries 확인했` gives `slow`, `quer`, `확인`, `인했`."""
    found: list[str] = []
    for token in _TOKEN.findall(text.casefold()):
        if token[0] >= "가":
            pairs = [token[i : i + 2] for i in range(len(token) - 1)] or [token]
            found += [pair for pair in pairs if pair not in _STOP_PAIRS]
        elif not _STOP.fullmatch(token):
            found.append(_stem(token))
    return found


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_MIN:
            return word.removesuffix(ending)
    return word


def bm25(query: str, documents: Sequence[str]) -> list[float]:
    """How well each document answers the query by its words; 0 where none is shared."""
    counted = [Counter(terms(document)) for document in documents]
    average = (sum(counts.total() for counts in counted) / len(counted)) or 1.0 if counted else 1.0
    scores = [0.0] * len(counted)
    for term in set(terms(query)):
        holding = sum(term in counts for counts in counted)
        rarity = math.log(1 + (len(counted) - holding + 0.5) / (holding + 0.5))
        for place, counts in enumerate(counted):
            often = counts[term]
            length = 1 - _B + _B * counts.total() / average
            scores[place] += rarity * often * (_K1 + 1) / (often + _K1 * length)
    return scores


def substance(documents: Sequence[str]) -> list[float]:
    """How much each document can hold: the logarithm of its length."""
    return [math.log(1 + len(document)) for document in documents]


def fused(*rankings: tuple[float, Sequence[float]]) -> list[float]:
    """The weighted sum of standard scores: each ranking is `(weight, scores)`, all over the same documents.

    Scores of different kinds are made comparable by their own mean and spread; one that tells nothing apart
    adds nothing.
    """
    standard = [[weight * score for score in _standard(scores)] for weight, scores in rankings]
    return [sum(column) for column in zip(*standard, strict=True)]


def _standard(scores: Sequence[float]) -> list[float]:
    if not scores:
        return []
    mean, spread = fmean(scores), pstdev(scores)
    return [(score - mean) / spread if spread > 0 else 0.0 for score in scores]
