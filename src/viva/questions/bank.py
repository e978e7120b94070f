"""The built-in questions and criteria: data files of the package, read strictly and once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from viva.questions.model import Area, BankQuestion, Competency, Criterion, Language, Lists, Words


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    area: Area
    questions: tuple[dict[str, Any], ...]


class BankCriterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A criterion of the default rubric in both languages."""

    key: Competency
    title: Words
    description: Words
    anchors: Lists
    evidence: Lists

    def of(self, language: Language) -> Criterion:
        """The criterion in one language, with the weight of one question."""
        return Criterion(
            key=self.key,
            title=self.title.of(language),
            description=self.description.of(language),
            weight=1.0,
            anchors=self.anchors.of(language),
            evidence=self.evidence.of(language),
        )


class _Rubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    criteria: tuple[BankCriterion, ...]


class Bank(msgspec.Struct, frozen=True):
    """All questions, in the order of their files, and the criterion of each competency."""

    questions: tuple[BankQuestion, ...]
    criteria: tuple[BankCriterion, ...]

    def in_area(self, area: Area) -> tuple[BankQuestion, ...]:
        """The questions of one area."""
        return tuple(question for question in self.questions if question.area == area)

    def rubric(self, language: Language) -> Mapping[str, Criterion]:
        """The default criteria by competency."""
        return {criterion.key: criterion.of(language) for criterion in self.criteria}


@cache
def built_in_bank() -> Bank:
    """The bank that ships with the program."""
    folder = resources.files("viva.questions") / "bank"
    rubric = msgspec.convert(tomllib.loads((folder / "rubric.toml").read_text(encoding="utf-8")), _Rubric)
    questions = [
        question
        for part in ("general", "positions")
        for file in sorted((folder / part).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
        for question in _questions(file)
    ]
    return Bank(tuple(questions), rubric.criteria)


def _questions(file: Traversable) -> list[BankQuestion]:
    content = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File)
    return [msgspec.convert({"area": content.area} | entry, BankQuestion) for entry in content.questions]
