"""When the recording of a span may be taken for complete: tables."""

from datetime import UTC, datetime, timedelta

import pytest

from viva.audio import AudioFormat, AudioPacket
from viva.media import Part
from viva.room.on_disk import LONGEST_IN_MEMORY, is_settled, reaches
from viva.room.untranscribed import Span

SPAN = Span(10_000, 20_000)
MORNING = datetime(2026, 11, 29, 9, tzinfo=UTC)


def part(start_ms: int | None, *, finished: bool) -> Part:
    return Part("a.webm", MORNING, start_ms, finished=finished)


@pytest.mark.parametrize(
    ("parts", "reached", "over", "settled"),
    [
        ([part(0, finished=False)], False, False, False),
        ([part(0, finished=False)], False, True, False),
        ([part(0, finished=False)], True, False, True),
        ([part(None, finished=False)], False, False, False),
        ([part(0, finished=True)], False, False, False),
        ([part(0, finished=True)], False, True, True),
        ([part(0, finished=True)], True, False, True),
        ([part(0, finished=False), part(15_000, finished=False)], True, False, False),
        ([part(0, finished=True), part(15_000, finished=False)], True, False, True),
        ([part(0, finished=True), part(25_000, finished=False)], True, False, True),
        ([], False, False, False),
        ([], False, True, True),
    ],
    ids=[
        "its end is not written yet",
        "nor when the interview is over and its recorder still closes",
        "what comes after it is written",
        "the disk has not learnt yet that the interview began",
        "the connection is over and the next one may be late",
        "all is over",
        "the connection ended with it",
        "the connection before still has something to write",
        "the connection before has written all",
        "the next connection has begun",
        "nothing is recorded yet",
        "nothing was recorded",
    ],
)
def test_F23_F24_a_span_is_settled_when_nothing_of_it_can_still_come(parts, reached, over, settled):
    given = {"reached": reached, "over": over}
    assert is_settled(SPAN, parts, age=timedelta(minutes=1), **given) is settled
    assert is_settled(SPAN, parts, age=LONGEST_IN_MEMORY, **given)


@pytest.mark.parametrize(("begins_ms", "reached"), [(19_900, False), (19_960, True), (25_000, True)])
def test_sound_reaches_a_moment_with_the_packet_that_ends_there(begins_ms, reached):
    packet = AudioPacket(AudioFormat(), begins_ms * 48, 2_880, b"", 0.0)
    assert reaches([packet], 20_000) is reached
    assert not reaches([], 20_000)
