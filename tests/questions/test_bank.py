"""The built-in bank: complete in both languages, and nothing in it that may not be asked."""

import re
from collections import Counter
from typing import get_args

import pytest

from viva.questions import lint, lint_criterion
from viva.questions.bank import built_in_bank
from viva.questions.model import Competency, GeneralArea, PositionArea

BANK = built_in_bank()
LANGUAGES = ("ko", "en")


def test_the_bank_has_at_least_sixty_four_questions_and_four_in_every_area():
    counts = Counter(question.area for question in BANK.questions)
    assert len(BANK.questions) >= 64
    assert set(counts) == set(get_args(GeneralArea)) | set(get_args(PositionArea))
    assert min(counts.values()) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_whole_in_each_language(language):
    for question in BANK.questions:
        assert 30 <= len(question.text.of(language)) <= 320, question.id
        assert 2 <= len(question.what_good_shows.of(language)) <= 4, question.id
        assert all(point.strip() for point in question.what_good_shows.of(language)), question.id
        assert len(question.what_good_shows.ko) == len(question.what_good_shows.en), question.id


def test_ids_and_texts_are_unique():
    ids = [question.id for question in BANK.questions]
    texts = [question.text.of(language) for question in BANK.questions for language in LANGUAGES]
    assert len(set(ids)) == len(ids)
    assert len(set(texts)) == len(texts)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", name) for name in ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_C02_C19_the_linter_finds_nothing_in_the_questions_or_what_they_should_show(language):
    for question in BANK.questions:
        assert lint(question.text.of(language), language) == [], question.id
        for text in question.what_good_shows.of(language):
            assert lint(text, language, judging=True) == [], question.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_C02_the_default_rubric_has_a_criterion_for_every_competency_that_speaks_of_content_only(language):
    rubric = BANK.rubric(language)
    asked = {question.competency for question in BANK.questions}
    assert asked <= set(rubric)
    assert set(rubric) == {key for literal in get_args(Competency) for key in get_args(literal) or (literal,)}
    for criterion in rubric.values():
        assert len(criterion.anchors) == 5
        assert len(set(criterion.anchors)) == 5
        assert lint_criterion(criterion, language) == [], criterion.key


def test_korean_questions_are_polite_and_end_as_spoken_requests_or_questions():
    polite = re.compile(r"(말씀해 주세요|설명해 주세요|소개해 주세요|나요|까|까요|시나요|셨나요)[.?]$")
    for question in BANK.questions:
        assert polite.search(question.text.ko), question.id


def test_every_position_offers_each_difficulty_and_terms_to_listen_for():
    for area in get_args(PositionArea):
        questions = BANK.in_area(area)
        assert {question.difficulty for question in questions} == {1, 2, 3}, area
        assert all(question.key_terms.ko and question.key_terms.en for question in questions), area


def test_there_is_one_opening_and_one_closing_question():
    places = Counter(question.place for question in BANK.questions)
    assert places["opening"] == places["closing"] == 1
