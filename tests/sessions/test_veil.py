"""Row 33: what a blind reviewer reads names nobody, and is otherwise what was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.audio import Word
from viva.sessions import Identity, Utterance, Veil, mask

KIM = Veil(Identity(name="김민수", email="minsu.kim@example.com"))
JANE = Veil(Identity(name="Jane Okafor", email="jane.okafor@example.org"))


def said(seq: int, text: str, corrected: str | None = None) -> Utterance:
    words = text.split()
    return Utterance(
        seq=seq,
        speaker="candidate",
        question_id=None,
        text=text,
        corrected_text=corrected,
        start_ms=seq * 1000,
        end_ms=seq * 1000 + 900,
        confidence=0.9,
        words=tuple(Word(word, seq * 1000, seq * 1000 + 900, 0.9) for word in words),
        source="test",
    )


def test_nothing_lies_over_a_record_that_is_not_reviewed_blind() -> None:
    utterances = (said(1, "My name is Jane Okafor"),)
    assert not Veil().hides
    assert Veil().utterances(utterances) == utterances


def test_a_name_that_is_split_over_two_utterances_is_masked_in_both() -> None:
    one, two, three = JANE.utterances(
        [said(1, "I studied at the University of"), said(2, "Edinburgh and"), said(3, "wrote parsers")]
    )
    assert "Edinburgh" not in f"{one.text} {two.text}"
    assert three.text == "wrote parsers"
    assert three.words
    assert not two.words, "single words would say what the mask hides"
    assert (two.start_ms, two.end_ms) == (2000, 2900)


@pytest.mark.parametrize(
    ("veil", "text", "hidden"),
    [
        (KIM, "저는 김민수라고 합니다. 서울대학교를 졸업했습니다.", ["김민수", "서울대학교"]),
        (
            JANE,
            "I am Jane, thirty four years old, from the University of Leeds.",
            ["Jane", "thirty", "Leeds"],
        ),
    ],
)
def test_a_correction_is_masked_as_what_was_heard_is(veil: Veil, text: str, hidden: list[str]) -> None:
    (shown,) = veil.utterances([said(1, "uh", corrected=text)])
    assert shown.corrected_text
    assert not [word for word in hidden if word in shown.corrected_text]


@given(st.lists(st.sampled_from(["Jane", "Okafor", "wrote", "a", "parser", "at", "MIT", "in", "Leeds"])))
def test_parts_of_a_masked_text_are_those_of_the_original_in_order(words: list[str]) -> None:
    text = " ".join(words)
    masked = mask(text, Identity(name="Jane Okafor"))
    assert masked.part(0, len(text)) == masked.text
    for start, end in zip(range(len(text)), range(1, len(text) + 1), strict=True):
        part = masked.part(start, end)
        assert part in masked.text
        assert part == text[start:end] or part.startswith("[")
