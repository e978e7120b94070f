"""From results to utterances."""

from hypothesis import given
from hypothesis import strategies as st

from viva.audio import SpeechResult, Word
from viva.stt import Assembler


def result(text: str, start_ms: int, end_ms: int, *, final: bool = True, words: tuple[Word, ...] = ()):
    return SpeechResult(text, final, start_ms, end_ms, 0.5, words)


def test_an_interim_carries_the_number_that_its_final_gets():
    assembler = Assembler()
    seen = [
        assembler.add(result("I", 0, 100, final=False)),
        assembler.add(result("I led", 0, 300, final=False)),
        assembler.add(result("I led a team.", 0, 900)),
        assembler.add(result("It", 900, 1_000, final=False)),
    ]
    assert [(line.seq, line.is_final) for line in seen if line] == [
        (1, False),
        (1, False),
        (1, True),
        (2, False),
    ]


def test_finding_3_blank_text_is_dropped():
    assembler = Assembler()
    assert assembler.add(result("", 0, 500)) is None
    assert assembler.add(result("  \n", 0, 500, final=False)) is None
    assert assembler.last_seq == 0


def test_a_blank_after_an_interim_takes_it_back_once():
    assembler = Assembler()
    assembler.add(result("Uh", 0, 100, final=False))
    line = assembler.add(result("", 0, 500))
    assert line is not None
    assert (line.seq, line.text, line.is_final) == (1, "", False)
    assert assembler.add(result("", 500, 900)) is None


def test_confidence_is_the_mean_of_the_words_and_numbering_goes_on_after_a_restart():
    assembler = Assembler(last_seq=7, last_end_ms=4_000)
    words = (Word("yes", 4_100, 4_200, 0.4), Word("no", 4_300, 4_400, 0.8))
    line = assembler.add(result("yes no", 4_000, 4_500, words=words))
    assert line is not None
    assert (line.seq, round(line.confidence, 3)) == (8, 0.6)


@given(st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 9_000), st.booleans()), max_size=20))
def test_times_of_finals_never_run_backwards(spans):
    assembler = Assembler()
    last = 0
    for start, end, final in spans:
        words = (Word("a", start, end, 0.5),)
        line = assembler.add(result("a", start, end, final=final, words=words))
        assert line is not None
        assert last <= line.start_ms <= line.words[0].start_ms <= line.words[0].end_ms <= line.end_ms
        last = line.end_ms if final else last
