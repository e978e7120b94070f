"""The evidence finder on labelled answers that it was not tuned on; the command that prints the figures."""

import msgspec
import pytest
from click.testing import CliRunner

from viva.cli import main
from viva.evaluation.measuring import _hit, _unmarked, answers, measure


@pytest.fixture(scope="module")
def held_out():
    return {language: measure(language, "held_out") for language in ("ko", "en")}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_fusing_is_better_than_keywords_and_than_the_encoder_alone(held_out, language):
    figures = held_out[language]
    for alone in ("keywords", "encoder"):
        assert figures["fused"].top_1 > figures[alone].top_1
        assert figures["fused"].mean_reciprocal_rank > figures[alone].mean_reciprocal_rank


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_sets_are_large_enough_marked_in_few_places_and_apart(language):
    held_out, tuning = list(answers(language, "held_out")), list(answers(language, "tuning"))
    assert sum(len(answer.pairs) for answer in held_out) >= 60
    assert sum(len(answer.pairs) for answer in tuning) < 30
    texts = {sentence for answer in tuning for sentence in answer.sentences}
    assert not any(sentence in texts for answer in held_out for sentence in answer.sentences)
    for answer in (*held_out, *tuning):
        for _, right in answer.pairs:
            assert right
            assert len(right) < len(answer.sentences) / 2


def test_marks_are_taken_out_and_their_places_kept():
    assert _unmarked("Well. {data: It fell.} Yes.") == ("Well. It fell. Yes.", [("data", 6, 14)])


def test_ties_count_by_what_chance_would_give():
    assert _hit([1.0, 1.0], frozenset({0})) == (0.5, 0.75)
    assert _hit([3.0, 2.0, 1.0], frozenset({1})) == (0.0, 0.5)


def test_the_command_prints_the_figures_of_every_method():
    result = CliRunner().invoke(main, ["evidence", "--json", "--set", "tuning"])
    assert result.exit_code == 0, result.output
    figures = msgspec.json.decode(result.output)
    assert set(figures) == {"ko", "en"}
    assert set(figures["ko"]) == {"fused", "keywords", "encoder"}
    assert figures["en"]["fused"]["pairs"] == 22
