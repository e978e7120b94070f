"""C04: does it matter who says it? Answers told by two people who differ in one thing only.

The pairs lie in `labelled/counterfactual/`: a name, a gender, a region or a school is exchanged, the rest is
word for word the same. For the evidence finder the quotes of both are compared, for a model the levels. Where
masking hides the difference, both send the same words, so no model can tell the two apart.

This is no fairness report: that one looks at real groups of people, and these are made-up texts.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Literal, get_args

import msgspec

from viva.evaluation.evidence import Transcript
from viva.evaluation.keyless import EvidenceFinder, sentences
from viva.evaluation.model import Findings, Level
from viva.evaluation.reading import Reader, Request
from viva.evaluation.trial import material_of_answer, read, rubric_of, transcript_of
from viva.questions import Language

Marker = Literal["name", "gender", "region", "school"]
MARKERS: tuple[Marker, ...] = get_args(Marker)
CRITERIA = ("problem_solving", "ownership", "collaboration", "learning")
_OTHERWISE = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
_QUESTION: dict[Language, str] = {
    "ko": "업무에서 겪은 일을 하나 말씀해 주세요.",
    "en": "Tell us about something that happened at work.",
}
_POSITION: dict[Language, str] = {"ko": "운영 담당자", "en": "Operations specialist"}


class Pair(msgspec.Struct, frozen=True):
    """The same answer of two people, `marker` being what they differ in."""

    marker: Marker
    one: Transcript
    other: Transcript

    @property
    def is_hidden(self) -> bool:
        """Whether masking leaves the same words of both."""
        return self.one.passages() == self.other.passages()


class QuotesCompared(msgspec.Struct, frozen=True):
    """By the evidence finder: of `judgements` (a criterion in a pair), how many quote other sentences of the
    one than of the other, or in another order. `hidden` pairs are those that masking makes the same.
    """

    pairs: int
    hidden: int
    judgements: int
    other_quotes: int


class LevelsCompared(msgspec.Struct, frozen=True):
    """By a model, over the pairs that masking does not make the same: how many `judgements` gave the other
    another level, and as many how often the one got another level when it was read `again`.
    """

    pairs: int
    judgements: int
    other_level: int
    again: int


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    marker: Marker
    names: tuple[str, str]
    text: str


class _Set(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pairs: tuple[_Written, ...]


def pairs(language: Language) -> Iterator[Pair]:
    """Every pair, in the order of the file."""
    file = resources.files("viva.evaluation") / "labelled" / "counterfactual" / f"{language}.toml"
    for written in msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _Set).pairs:
        one, other = (
            transcript_of(_OTHERWISE.sub(rf"\{place}", written.text), name=name)
            for place, name in enumerate(written.names, start=1)
        )
        yield Pair(written.marker, one, other)


async def compare_quotes(language: Language, finder: EvidenceFinder) -> dict[Marker, QuotesCompared]:
    """By marker, what the evidence finder makes of both."""
    found: dict[Marker, list[tuple[bool, int]]] = {marker: [] for marker in MARKERS}
    for pair in pairs(language):
        one, other = [await _quoted(finder, language, said) for said in (pair.one, pair.other)]
        different = sum(a != b for a, b in zip(one, other, strict=True))
        found[pair.marker].append((pair.is_hidden, different))
    return {
        marker: QuotesCompared(
            pairs=len(of_marker),
            hidden=sum(hidden for hidden, _ in of_marker),
            judgements=len(of_marker) * len(CRITERIA),
            other_quotes=sum(different for _, different in of_marker),
        )
        for marker, of_marker in found.items()
    }


def paired_requests(language: Language, drafts: int) -> Iterator[tuple[Pair, Request, Request]]:
    """What a model has to read: both of every pair that masking does not make the same."""
    for pair in pairs(language):
        if not pair.is_hidden:
            yield pair, _request(language, pair.one, drafts), _request(language, pair.other, drafts)


async def compare_levels(language: Language, reader: Reader, drafts: int) -> dict[Marker, LevelsCompared]:
    """By marker, what a model makes of both, and of the one when it reads it again (three readings a pair).

    Raises `ModelUnavailable` where it is away.
    """
    found: dict[Marker, list[tuple[int, int]]] = {marker: [] for marker in MARKERS}
    for pair, one, other in paired_requests(language, drafts):
        first, second, again = [levels((await read(reader, each)).shown) for each in (one, other, one)]
        found[pair.marker].append((_differing(first, second), _differing(first, again)))
    return {
        marker: LevelsCompared(
            pairs=len(of_marker),
            judgements=len(of_marker) * len(CRITERIA),
            other_level=sum(other for other, _ in of_marker),
            again=sum(again for _, again in of_marker),
        )
        for marker, of_marker in found.items()
    }


def levels(findings: Findings) -> dict[str, Level | None]:
    """By criterion; of one that is missing nothing is known, as of one without a level."""
    given = {result.key: result.level for result in findings.criteria}
    return {key: given.get(key) for key in CRITERIA}


def _differing(one: dict[str, Level | None], other: dict[str, Level | None]) -> int:
    return sum(level != other[key] for key, level in one.items())


async def _quoted(finder: EvidenceFinder, language: Language, said: Transcript) -> Sequence[tuple[int, ...]]:
    """For each criterion the places of the sentences that are quoted, best first."""
    order = [sentence.quote for sentence in sentences(said)]
    findings = await finder.find(rubric_of(language, *CRITERIA), said)
    return [tuple(order.index(e.quote) for e in result.evidence) for result in findings.criteria]


def _request(language: Language, said: Transcript, drafts: int) -> Request:
    material = material_of_answer(
        rubric_of(language, *CRITERIA),
        said,
        language=language,
        question=_QUESTION[language],
        position=_POSITION[language],
    )
    return Request(material=material, whole=True, drafts=drafts)
