"""Which stretches were heard by nobody: tables."""

import pytest

from viva.audio import SpeechResult, Word
from viva.room.untranscribed import Span, belonging, untranscribed

ANSWER = Span(10_000, 40_000)


@pytest.mark.parametrize(
    ("recorded", "heard", "left"),
    [
        ([(0, 60_000)], [], [(10_000, 40_000)]),
        ([(0, 60_000)], [(9_000, 41_000)], []),
        ([(0, 60_000)], [(10_000, 25_000)], [(25_000, 40_000)]),
        ([(0, 60_000)], [(12_000, 20_000), (20_100, 39_900)], [(10_000, 12_000)]),
        ([(0, 15_000), (30_000, 60_000)], [], [(10_000, 15_000), (30_000, 40_000)]),
        ([(0, 22_000), (20_000, 60_000)], [(10_000, 30_000)], [(30_000, 40_000)]),
        ([(50_000, 60_000)], [], []),
        ([], [(10_000, 20_000)], []),
        ([(20_000, 20_200), (30_000, 30_040)], [], [(20_000, 20_200)]),
        ([(0, 39_000)], [(50_000, 50_000), (15_000, 15_000)], [(10_000, 15_000), (15_000, 39_000)]),
    ],
    ids=[
        "nothing was heard",
        "all was heard",
        "the server died after the last final",
        "a breath between two utterances is no stretch",
        "a gap in the recording has nothing to hear",
        "two parts of the recording overlap",
        "nothing was recorded of the answer",
        "nothing was recorded at all",
        "a short yes is an answer, two packets are none",
        "what was typed covers nothing",
    ],
)
def test_what_is_untranscribed_is_what_was_recorded_of_the_answer_and_not_heard(recorded, heard, left):
    assert untranscribed(ANSWER, [Span(*r) for r in recorded], [Span(*h) for h in heard]) == left


def result(*words: tuple[str, int, int]) -> SpeechResult:
    made = tuple(Word(text, start, end, 0.9) for text, start, end in words)
    text = " ".join(word.text for word in made)
    return SpeechResult(text, True, made[0].start_ms, made[-1].end_ms, 0.9, made)


def test_words_at_the_edges_belong_to_the_side_on_which_their_middle_lies():
    heard = result(("before", 9_700, 10_100), ("first", 9_900, 10_300), ("last", 39_700, 40_200))
    [kept] = belonging([heard, result(("after", 39_950, 40_400))], ANSWER)
    assert kept.text == "first last"
    assert (kept.start_ms, kept.end_ms) == (9_900, 40_200)


def test_a_result_inside_the_span_stays_as_it_was_and_one_without_words_goes_by_its_middle():
    whole = result(("Yes,", 11_000, 11_300), ("indeed.", 11_300, 12_000))
    bare = SpeechResult("no words told", True, 39_000, 40_000, 0.5)
    outside = SpeechResult("no words told", True, 40_000, 42_000, 0.5)
    assert belonging([whole, bare, outside], ANSWER) == [whole, bare]
