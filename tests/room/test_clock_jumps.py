"""F25: the machine's time of day is set anew by an hour, either way, in the middle of an interview."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.room.test_director import FIRST, NOW, SECOND, pending, session
from tests.support.clock import FakeClock

from viva.audio import AudioFormat, AudioPacket
from viva.platform.clock import SystemClock
from viva.room import director
from viva.room.moments import Moments
from viva.sessions import Session
from viva.stt.timeline import Timeline

JUMPS = [timedelta(hours=1), timedelta(hours=-1)]


def _answering(began_ms: int = 0) -> Session:
    decision = director.start_answer(session(started_at=NOW - timedelta(milliseconds=began_ms)), FIRST, NOW)
    return msgspec.structs.replace(session(), **decision.session)


@pytest.mark.parametrize("jump", JUMPS)
def test_F25_an_answer_never_ends_before_it_began(jump: timedelta) -> None:
    started = _answering(began_ms=5_000)
    answers = pending(FIRST, SECOND)
    answers = (msgspec.structs.replace(answers[0], status="answering", start_ms=5_000), answers[1])
    for decision in (
        director.finish_answer(started, answers, NOW + jump),
        director.type_answer(started, answers, FIRST, NOW + jump),
    ):
        assert decision.answer["end_ms"] >= 5_000


@pytest.mark.parametrize("jump", JUMPS)
def test_F25_whoever_comes_back_has_time_left_and_more_time_is_more(jump: timedelta) -> None:
    started = _answering()
    now = NOW + jump
    for decision in (director.come_back(started, now), director.need_time(started, now)):
        deadline = decision.session.get("answer_deadline", started.answer_deadline)
        assert deadline - now >= timedelta(seconds=60)


@pytest.mark.parametrize("jump", JUMPS)
def test_F25_words_keep_their_order_and_no_moment_is_negative(clock: FakeClock, jump: timedelta) -> None:
    begun, moments, timeline = session(started_at=clock.now()), Moments(clock), Timeline()
    told: list[int] = []
    for number in range(300):
        clock.advance(seconds=0.02)
        if number == 150:
            clock.set(clock.now() + jump)
        at_ms = moments.at_ms(begun, clock.monotonic_ms())
        packet = AudioPacket(AudioFormat(), number * 960, 960, b"", clock.monotonic_ms())
        told.append(timeline.clock_ms(timeline.place(packet, at_ms)))
    assert told == sorted(told)
    assert told[0] >= 0


def test_F25_time_is_told_in_utc_whatever_the_machine_s_zone_does(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "America/New_York")  # its summer ends at 06:00 UTC on 1 November
    time.tzset()
    try:
        assert SystemClock().now().tzinfo is UTC
        before = datetime(2026, 11, 1, 5, 59, tzinfo=UTC)
        begun = session(started_at=before)
        assert begun.clock_ms(before + timedelta(minutes=2)) == 120_000
        assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=60)
    finally:
        monkeypatch.undo()
        time.tzset()
