"""Quotes are found word for word or not at all."""

import unicodedata
from uuid import UUID

import pytest

from viva.audio import Word
from viva.evaluation.cleaning import plain
from viva.evaluation.evidence import Said, Transcript
from viva.sessions import Identity, cleaned

Q1, Q2 = UUID(int=1), UUID(int=2)


def words(text, start_ms, confidence=0.9, step=100):
    return tuple(
        Word(text=word, start_ms=start_ms + i * step, end_ms=start_ms + i * step + 80, confidence=confidence)
        for i, word in enumerate(text.split())
    )


def said(seq, text, question=Q1, **more):
    start = seq * 10_000
    return Said(
        seq=seq,
        question_id=question,
        text=text,
        start_ms=start,
        end_ms=start + 5000,
        confidence=more.pop("confidence", 0.9),
        words=words(text, start),
        **more,
    )


TALK = Transcript(
    [
        said(1, "I found the slow query with explain analyze."),
        said(2, "Then I added a covering index,"),
        said(3, "and the latency went down to 20 milliseconds."),
        said(4, "Can you tell me who else worked on it?", by_candidate=False),
        said(5, "My colleague reviewed the change before we deployed it."),
        said(6, "저는 장애가 났을 때 먼저 로그를 확인했습니다.", Q2),
    ]
)


@pytest.mark.parametrize(
    "quote",
    [
        "I found the slow query",
        "i FOUND the   slow\nquery",
        "I found the slow query with explain analyze.",
        "장애가 났을 때 먼저 로그를",
        unicodedata.normalize("NFD", "먼저 로그를 확인했습니다"),
        "slow \u200bquery with\u202e explain",
    ],
)
def test_a_quote_is_found_whatever_its_spacing_case_and_unicode_form(quote):
    assert TALK.find(quote) is not None


@pytest.mark.parametrize(
    "quote",
    [
        "I found the quick query",
        "found slow the query",
        "I found the slow query ... added a covering index",
        "I found the slow query added a covering index",
        "Can you tell me who else worked on it?",
        "tell me who else",
        "down to 20 milliseconds. My colleague reviewed",
        "deployed it. 저는 장애가",
        "ound the slow query",
        "I found the slow quer",
        "먼저 로그를 확인",
        "느린 쿼리를 찾았습니다",
        "the",
        "Then I",
        "",
        "   ",
        "\u200b",
        "<b>I found the slow query</b>",
    ],
)
def test_F09_what_was_not_said_like_this_is_not_found(quote):
    assert TALK.find(quote) is None


CUT = {
    "I told them that I can": "I told them that I can't lead a team",
    "t lead a team of this size": "I can’t lead a team of this size",
    "we made five hundred and it was": "it wasn’t so, we made five hundred and it was-n't enough",
    "5 million dollars last year": "the loss was 3.5 million dollars last year",
    "200 to 900 servers": "we went from 1,200 to 900 servers",
    "we went down to 1": "we went down to 1,200 servers",
    "technical people liked it": "the non-technical people liked it",
    "percent of the orders were non": "a percent of the orders were non-refundable",
    "5 percent over the year": "revenue changed by -5 percent over the year",
    "the errors fell by 20": "the errors fell by 20% in a month",
    "the whole thing was written in C": "the whole thing was written in C++",
    "write access for the team": "I asked for read/write access for the team",
    "예산은 5억 원이었습니다": "그때 예산은 1.5억 원이었습니다",
    "30까지 기다렸습니다": "저는 아침 9:30까지 기다렸습니다",
}


@pytest.mark.parametrize(("quote", "text"), CUT.items())
def test_S29_a_quote_is_not_cut_out_of_a_word_or_a_number(quote, text):
    talk = Transcript([said(1, text)])
    assert talk.find(quote) is None
    assert talk.find(text) is not None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("we shipped it on time", "We shipped it on time. Then we rested."),
        ("version 2 was shipped", 'They said "version 2 was shipped", and it was.'),
        ("the teams and their managers", "I spoke to the teams and their managers' assistants."),
        ("서버는 10대였습니다", "서버는 10대였습니다. 나중에 늘렸습니다."),
        ("it took us 20", "it took us 20, and then 30 minutes"),
        ("the cache - it was empty", "I looked at the cache - it was empty - and filled it"),
    ],
)
def test_a_quote_may_end_where_a_word_or_a_number_ends(quote, text):
    assert Transcript([said(1, text)]).find(quote) is not None


def test_a_quote_is_timed_by_its_words_and_comes_back_as_it_was_said():
    found = TALK.find("SLOW QUERY with")
    assert found.quote == "slow query with"
    assert (found.seq, found.start_ms, found.end_ms, found.confidence) == (1, 10_300, 10_580, 0.9)


def test_a_quote_may_run_over_consecutive_utterances_of_one_answer():
    found = TALK.find("a covering index, and the latency went down")
    assert (found.seq, found.start_ms, found.end_ms) == (2, 20_300, 30_480)


def test_without_words_the_utterance_gives_the_time():
    talk = Transcript(
        [Said(seq=3, question_id=Q1, text="I wrote the tests first.", start_ms=5, end_ms=9, confidence=None)]
    )
    found = talk.find("wrote the tests")
    assert (found.start_ms, found.end_ms, found.confidence) == (5, 9, None)


def test_words_that_do_not_fit_the_text_are_not_trusted():
    talk = Transcript(
        [
            Said(
                seq=3,
                question_id=Q1,
                text="I wrote tests first.",
                start_ms=5,
                end_ms=9,
                words=words("You wrote none", 0),
            )
        ]
    )
    assert talk.find("wrote tests first").start_ms == 5


def test_a_missing_number_breaks_the_run():
    talk = Transcript([said(1, "I wrote the tests"), said(3, "before the code")])
    assert talk.find("the tests before the code") is None


def test_S35_a_quote_with_a_mask_leads_to_the_words_that_were_said():
    identity = Identity(name="Jane Okafor")
    talk = Transcript([said(1, "The team told me Jane Okafor should lead the migration.")], identity)
    assert talk.passages() == ["The team told me [name] should lead the migration."]
    found = talk.find("me [name] should lead the migration")
    assert found.quote == "me Jane Okafor should lead the migration"
    assert found.start_ms == 10_300


def test_S35_a_number_that_is_split_over_two_utterances_is_masked():
    talk = Transcript([said(1, "Call me at 010 1234"), said(2, "5678 after six")])
    assert talk.passages() == ["Call me at [phone] after six"]


def test_an_answer_alone_knows_only_its_own_words():
    assert TALK.only(Q2).find("I found the slow query") is None
    assert len(TALK.passages(Q1)) == 2


def test_S31_every_invisible_and_bidirectional_character_is_removed():
    unseen = [*range(0xE0000, 0xE0080), *range(0xFE00, 0xFE10), *range(0x200B, 0x2010), 0x2060]
    unseen += [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x00AD, 0x061C]
    for code in unseen:
        assert cleaned(f"a{chr(code)}b") == "ab", hex(code)
    assert cleaned("a\x00\x1b\u2028b") == "a b"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "![x](http://evil.example/a.png)",
        "see https://evil.example now",
        "[a](javascript:alert(1))",
        "www.evil.example",
    ],
)
def test_S29_no_markup_link_or_image_is_left_in_a_models_words(text):
    clean = plain(text)
    assert not any(sign in clean for sign in ("<", ">", "://", "](", "www.", "javascript:"))
