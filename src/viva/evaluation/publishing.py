"""The figures that are published (C06, C08): what the measuring commands printed, and nothing else.

`published.json` is written by `viva evidence --publish` and `viva counterfactual --publish`, never by hand; a
test measures again and holds it equal. What no command has measured stands nowhere in it.
"""

from collections.abc import Mapping
from datetime import date
from importlib import resources
from pathlib import Path

import msgspec

from viva.evaluation.measuring import Figures, Method
from viva.evaluation.pairing import Marker, QuotesCompared
from viva.questions import Language

_FILE = "published.json"
_DIGITS = 3

FinderFigures = Mapping[Language, Mapping[Method, Figures]]
PairFigures = Mapping[Language, Mapping[Marker, QuotesCompared]]


class FinderPublished(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evidence finder on the held-out sets; `answers` says how many each holds."""

    measured_on: date
    answers: dict[Language, int]
    figures: dict[Language, dict[Method, Figures]]


class PairsPublished(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evidence finder on answers that differ in one thing only."""

    measured_on: date
    figures: dict[Language, dict[Marker, QuotesCompared]]


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is published; a part is None until its command has run."""

    finder: FinderPublished | None = None
    pairs: PairsPublished | None = None


def published() -> Published:
    """What is published."""
    return msgspec.json.decode((resources.files("viva.evaluation") / _FILE).read_bytes(), type=Published)


def publish_finder(figures: FinderFigures, answers: Mapping[Language, int], on: date) -> None:
    """Publish these figures in the place of the last. Raises `OSError` where the program lies read-only."""
    part = FinderPublished(on, dict(answers), {one: rounded(by) for one, by in figures.items()})
    _write(msgspec.structs.replace(published(), finder=part))


def publish_pairs(figures: PairFigures, on: date) -> None:
    """Publish these figures in the place of the last. Raises `OSError` where the program lies read-only."""
    part = PairsPublished(on, {language: dict(by_marker) for language, by_marker in figures.items()})
    _write(msgspec.structs.replace(published(), pairs=part))


def rounded(figures: Mapping[Method, Figures]) -> dict[Method, Figures]:
    """With as many digits as the command prints."""
    return {
        method: Figures(one.pairs, round(one.top_1, _DIGITS), round(one.mean_reciprocal_rank, _DIGITS))
        for method, one in figures.items()
    }


def _write(everything: Published) -> None:
    text = msgspec.json.format(msgspec.json.encode(everything), indent=1)
    with resources.as_file(resources.files("viva.evaluation") / _FILE) as path:
        Path(path).write_bytes(text + b"\n")
