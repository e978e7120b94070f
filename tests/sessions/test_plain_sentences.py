"""S35, row 33: plain sentences in both languages; what tells who somebody is goes, and their work stays."""

import pytest
from tests.sessions.sentences import hidden, work

from viva.sessions import Identity, mask

LANGUAGES = ("ko", "en")
ANYBODY = Identity(name="Jane Okafor")
HELD_OUT_HIDDEN, HELD_OUT_KEPT = 0.7, 0.95
"""What was measured on sentences for which nothing was tuned, rounded down: 77 % in Korean, 73 % in English
and all of the work. What passes is why a person is asked before a transcript is shown to anybody else."""


@pytest.mark.parametrize(
    "sentence", [s for language in LANGUAGES for s in hidden("tuned", language)], ids=str
)
def test_S35_what_tells_who_somebody_is_is_hidden(sentence):
    assert sentence.seen == []


@pytest.mark.parametrize("said", [s for language in LANGUAGES for s in work("tuned", language)])
def test_what_a_person_did_stays_as_it_was_said(said):
    assert mask(said, ANYBODY).text == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_S35_sentences_that_nothing_was_tuned_for_are_mostly_hidden(language, capsys):
    sentences = hidden("held_out", language)
    share = sum(not sentence.seen for sentence in sentences) / len(sentences)
    with capsys.disabled():
        print(f"\nheld out, {language}: {share:.0%} of {len(sentences)} sentences hidden")  # noqa: T201
    assert len(sentences) >= 60
    assert share >= HELD_OUT_HIDDEN


@pytest.mark.parametrize("language", LANGUAGES)
def test_work_that_nothing_was_tuned_for_stays(language, capsys):
    said = work("held_out", language)
    share = sum(mask(each, ANYBODY).text == each for each in said) / len(said)
    with capsys.disabled():
        print(f"\nheld out, {language}: {share:.0%} of {len(said)} sentences of work kept")  # noqa: T201
    assert len(said) >= 40
    assert share >= HELD_OUT_KEPT


@pytest.mark.parametrize(
    "unit",
    [
        *("a", "가", "1", " ", "A.", "a@", "a at ", "one-", "born in 1 ", "i'm from ", "my my ", "1 a "),
        *("서른 ", "이천년", "아이가 둘 ", "A of ", "went to A ", "김민", "ki m", "십"),
    ],
)
def test_hostile_text_of_any_length_comes_to_an_end(unit):
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    masked = mask(text, Identity(name="김민수", email="minsu.kim@example.com"))
    assert masked.original_span(0, len(masked.text)) == (0, len(text))
