"""F25: an interview's own time goes on as it began, whatever becomes of the machine's time of day."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from tests.room.test_moments import begun
from tests.support.clock import FakeClock

from viva.room import interview_time
from viva.room.interview_time import InterviewTimes

JUMPS = [timedelta(hours=1), timedelta(hours=-1)]


@pytest.mark.parametrize("jump", JUMPS)
def test_F25_within_a_process_an_interview_never_notices_a_jump(clock: FakeClock, jump: timedelta) -> None:
    times, session, before = InterviewTimes(clock), begun(clock), clock.now()
    time = times.open(session, 0)
    clock.set(clock.now() + jump)
    clock.advance(seconds=65)
    assert time.now() == times.now(session.id) == before + timedelta(seconds=65)
    again = times.open(session, 65_000)
    assert again.now() == time.now(), "nor does whoever left and comes back"


@pytest.mark.parametrize("jump", JUMPS)
def test_F25_a_process_that_starts_after_a_jump_tells_nothing_earlier_than_what_is_stored(
    clock: FakeClock, jump: timedelta
) -> None:
    session = begun(clock)
    clock.advance(seconds=60)
    clock.set(clock.now() + jump)
    time = InterviewTimes(clock).open(session, 50_000)
    back_ms = session.clock_ms(time.now())
    assert back_ms == (3_660_000 if jump > timedelta(0) else 50_000)
    clock.advance(seconds=5)
    assert session.clock_ms(time.now()) == back_ms + 5_000


def test_an_interview_that_has_not_begun_goes_by_the_time_of_day_of_its_latest_opening(
    clock: FakeClock,
) -> None:
    times = InterviewTimes(clock)
    session = msgspec.structs.replace(begun(clock), started_at=None)
    times.open(session, 0)
    clock.set(clock.now() + timedelta(hours=1))
    assert times.open(session, 0).now() == clock.now()


def test_an_interview_that_was_never_opened_here_goes_by_the_machine(clock: FakeClock) -> None:
    assert InterviewTimes(clock).now(uuid4()) == clock.now()


def test_what_is_remembered_has_an_end(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interview_time, "KEPT", 2)
    times, sessions = InterviewTimes(clock), [begun(clock) for _ in range(3)]
    for session in sessions:
        times.open(session, 0)
    clock.set(clock.now() + timedelta(hours=1))
    assert times.now(sessions[0].id) == clock.now(), "forgotten"
    assert times.now(sessions[1].id) == times.now(sessions[2].id) == clock.now() - timedelta(hours=1)
