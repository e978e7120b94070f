"""C06, C08: no figure is published that a command did not print."""

import re
from pathlib import Path
from typing import get_args

import pytest

from viva.evaluation import EvidenceFinder, published
from viva.evaluation.measuring import answers, measure
from viva.evaluation.pairing import compare_quotes
from viva.evaluation.publishing import rounded
from viva.questions import Language

DOC = Path(__file__).parents[2] / "docs" / "evidence.md"
AGAIN = "measured figures differ from the published ones: run `viva {command} --publish`"
CALLED = {"fused": "all together", "keywords": "keywords alone", "encoder": "encoder alone"}


@pytest.fixture(scope="module")
def finder():
    return EvidenceFinder()


def test_C08_the_published_figures_of_the_evidence_finder_are_those_that_are_measured(finder):
    told = published().finder
    for language in get_args(Language):
        measured = rounded(measure(language, "held_out", finder))
        assert told.figures[language] == measured, AGAIN.format(command="evidence")
        assert told.answers[language] == len(list(answers(language, "held_out")))


async def test_C08_the_published_figures_of_paired_answers_are_those_that_are_measured(finder):
    told = published().pairs
    for language in get_args(Language):
        measured = await compare_quotes(language, finder)
        assert told.figures[language] == measured, AGAIN.format(command="counterfactual")


def test_C08_the_guide_to_the_evidence_finder_prints_the_published_figures():
    rows = re.findall(
        r"^\| (Korean|English)? *\| ([a-z ]+) \| ([\d.]+) \| ([\d.]+) \|$",
        DOC.read_text("utf-8"),
        re.MULTILINE,
    )
    figures = published().finder.figures
    wanted = [
        (CALLED[method], f"{one.top_1:.3f}", f"{one.mean_reciprocal_rank:.3f}")
        for language in ("ko", "en")
        for method, one in figures[language].items()
    ]
    assert [row[1:] for row in rows] == wanted
