"""The process's monotonic clock told on the interview's."""

from datetime import datetime, timedelta
from uuid import uuid4

import msgspec
from tests.support.clock import FakeClock

from viva.room.moments import Moments
from viva.sessions import Session


def begun(clock: FakeClock) -> Session:
    """An interview that began now; nothing else about it matters here."""
    fields = dict.fromkeys(field.name for field in msgspec.structs.fields(Session) if field.required)
    return Session(**(fields | {"id": uuid4(), "started_at": clock.now()}))


def test_a_moment_is_told_from_where_the_interview_began(clock: FakeClock) -> None:
    session, began_ms = begun(clock), clock.monotonic_ms()
    moments = Moments(clock)
    assert moments.at_ms(session, began_ms + 20) == 20
    assert moments.at_ms(session, began_ms - 20) == 0


def test_a_moment_is_told_the_same_whenever_it_is_asked_for(clock: FakeClock) -> None:
    session, began_ms = begun(clock), clock.monotonic_ms()
    moments = Moments(clock)
    first = moments.at_ms(session, began_ms + 123.4)
    told = []
    for _ in range(100):
        clock.advance(seconds=1.0004)
        told.append(moments.at_ms(session, began_ms + 123.4))
    assert set(told) == {first} == {123}


def test_F25_a_machine_whose_time_of_day_is_set_anew_is_not_followed(clock: FakeClock) -> None:
    session, began_ms = begun(clock), clock.monotonic_ms()
    moments = Moments(clock)
    assert moments.at_ms(session, began_ms + 20) == 20
    clock.set(clock.now() + timedelta(hours=1))
    clock.advance(seconds=60)
    assert moments.at_ms(session, began_ms + 60_000) == 60_000
    assert moments.at_ms(session, began_ms + 20) == 20


def test_an_interview_is_told_from_where_it_began_once_that_is_known(clock: FakeClock) -> None:
    session, began_ms = begun(clock), clock.monotonic_ms()
    moments = Moments(clock)
    assert moments.at_ms(session, began_ms + 20) == 20
    earlier = msgspec.structs.replace(session, started_at=session.started_at - timedelta(seconds=2))
    assert moments.at_ms(earlier, began_ms + 2_000) == 4_000


def test_a_machine_that_pauses_between_its_two_clocks_moves_nothing(clock: FakeClock) -> None:
    session, began_ms = begun(clock), clock.monotonic_ms()

    class Busy(FakeClock):
        pauses = 2

        def now(self) -> datetime:
            if self.pauses:
                self.pauses -= 1
                clock.advance(seconds=0.3)
            return clock.now()

        def monotonic_ms(self) -> float:
            return clock.monotonic_ms()

    assert Moments(Busy()).at_ms(session, began_ms + 5_000) == 5_000
