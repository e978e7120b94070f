"""Finals reach the database in order and only then the screens, whatever the database does meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from viva.audio import SpeechResult, Word
from viva.platform.errors import Unavailable
from viva.room import finals as subject
from viva.room.channel import BURST, RATE_PER_S, Meter
from viva.room.finals import MAX_WAITING, AnswerSpans, Finals, spoken_at_ms
from viva.room.voice import cleaned
from viva.sessions import Utterance

FIRST, SECOND = UUID(int=1), UUID(int=2)


def result(text: str, start_ms: int = 0) -> SpeechResult:
    return SpeechResult(
        text, True, start_ms, start_ms + 100, 0.9, (Word(text, start_ms, start_ms + 100, 0.9),)
    )


class FakeStore:
    """Stores what it is given, after the errors that a test put first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.texts: list[str] = []
        self.again: list[bool] = []

    async def __call__(self, final: SpeechResult, question_id: UUID, again: bool) -> Utterance:
        self.again.append(again)
        if self.errors:
            raise self.errors.pop(0)
        self.texts.append(final.text)
        return Utterance(
            seq=len(self.texts),
            speaker="candidate",
            question_id=question_id,
            text=final.text,
            corrected_text=None,
            start_ms=final.start_ms,
            end_ms=final.end_ms,
            confidence=final.confidence,
            words=final.words,
            source="local",
        )


@asynccontextmanager
async def running(finals: Finals) -> AsyncIterator[None]:
    task = asyncio.create_task(finals.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_F10_finals_wait_for_the_database_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "RETRY_S", 0.001)
    store, shown = FakeStore(Unavailable(), Unavailable()), list[int]()
    finals = Finals(store, lambda utterance, _ms: shown.append(utterance.seq))
    async with running(finals):
        for text in ("one", "two", "three"):
            finals.put(result(text), FIRST)
        assert await finals.settled(5)
    assert store.texts == ["one", "two", "three"]
    assert store.again == [False, True, True, False, False]
    assert shown == [1, 2, 3]


async def test_a_final_that_cannot_be_stored_holds_up_no_other() -> None:
    store, shown = FakeStore(ValueError("no database holds this")), list[str]()
    finals = Finals(store, lambda utterance, _ms: shown.append(utterance.text))
    async with running(finals):
        finals.put(result("impossible"), FIRST)
        finals.put(result("fine"), FIRST)
        assert await finals.settled(5)
    assert shown == ["fine"]


async def test_an_hour_of_finals_is_kept_and_the_newest_refused_beyond_that() -> None:
    store = FakeStore()
    finals = Finals(store, lambda _utterance, _ms: None)
    for number in range(MAX_WAITING + 3):
        finals.put(result(str(number)), FIRST)
    async with running(finals):
        assert await finals.settled(10)
    assert store.texts == [str(number) for number in range(MAX_WAITING)]


def test_words_belong_to_the_answer_that_was_under_way() -> None:
    spans = AnswerSpans()
    assert spans.question_at(0) is None
    spans.begin(FIRST, 1_000)
    spans.begin(SECOND, 5_000)
    assert [spans.question_at(at_ms) for at_ms in (0, 1_000, 4_999, 5_000, 90_000)] == [
        *(FIRST, FIRST, FIRST),
        *(SECOND, SECOND),
    ]


def test_what_covers_the_silence_before_an_answer_belongs_to_that_answer() -> None:
    spans = AnswerSpans()
    spans.begin(FIRST, 0)
    spans.begin(SECOND, 2_500)
    words = (Word("then", 2_600, 2_900, 0.9), Word("we", 3_000, 3_200, 0.9))
    heard = SpeechResult("then we", True, 1_500, 3_300, 0.9, words)
    assert spans.question_at(spoken_at_ms(heard)) == SECOND
    without_words = SpeechResult("then we", True, 1_500, 4_300, 0.9, ())
    assert spans.question_at(spoken_at_ms(without_words)) == SECOND
    assert spans.question_at(spoken_at_ms(result("last words", 2_300))) == FIRST


@pytest.mark.parametrize("sent", ["\u200b", "\x00", "\ud800", "  \u202e "])
def test_finding_3_text_of_nothing_that_can_be_seen_is_blank(sent: str) -> None:
    """Blank text is dropped; words keep their place without what a database refuses."""
    assert cleaned(result(sent)).text == ""
    assert cleaned(result(f"good{sent}")).words[0].text.startswith("good")
    assert cleaned(result(f"good{sent}")).text == "good"


def test_S26_the_meter_lets_a_burst_and_then_the_rate_through() -> None:
    meter = Meter(RATE_PER_S, BURST, now_ms=0)
    assert sum(meter.allows(0) for _ in range(BURST * 2)) == BURST
    assert sum(meter.allows(1_000) for _ in range(BURST * 2)) == RATE_PER_S
    assert sum(meter.allows(60_000) for _ in range(BURST * 2)) == BURST
