"""What passes while a candidate is muted, and how that is written down."""

import asyncio

import pytest
from tests.evaluation.interviews import interview
from tests.support.media_packets import picture, sound
from tests.support.media_sink import KeepingSink

from viva.evaluation import Evaluation
from viva.platform.database import Database
from viva.platform.errors import Unavailable
from viva.platform.tasks import Tasks
from viva.room.muting import IN_FLIGHT_MS, WAITING_MAX, MuteMarks, Muting, Unmuted
from viva.room.service import Interviewing
from viva.sessions import Sessions


class Time:
    """A monotonic clock in milliseconds that is moved by hand."""

    def __init__(self) -> None:
        self.now_ms = 0.0

    def __call__(self) -> float:
        return self.now_ms


class Line:
    """A sink behind the mute, and packets of 20 ms that arrive `late_ms` after they were spoken."""

    def __init__(self, *, muted: bool = False) -> None:
        self.time, self.sink, self.muting = Time(), KeepingSink(), Muting(on=muted)
        self.door = Unmuted(self.sink, self.muting, self.time)

    def say(self, spoken_ms: float, *, late_ms: float = 20) -> None:
        self.time.now_ms = spoken_ms + late_ms
        self.door.audio(sound(int(spoken_ms // 20), spoken_ms=spoken_ms))

    def turn(self, at_ms: float, *, on: bool) -> bool:
        self.time.now_ms = at_ms
        return self.muting.turn(at_ms, on=on)

    @property
    def spoken_ms(self) -> list[float]:
        return [packet.spoken_ms for packet in self.sink.packets]


def test_neither_sound_nor_picture_passes_until_the_candidate_is_unmuted():
    line = Line()
    for at_ms, on in ((1_000, True), (3_000, False)):
        for spoken_ms in range(at_ms - 1_000, at_ms, 100):
            line.say(spoken_ms)
            line.door.video(picture(0, received_ms=spoken_ms))
        assert line.turn(at_ms, on=on)
    line.say(3_100)
    line.door.video(picture(0, received_ms=3_100))
    assert line.spoken_ms == [*range(0, 1_000, 100), 3_100]
    assert [frame.received_ms for frame in line.sink.frames] == line.spoken_ms


def test_what_was_said_before_the_mute_passes_when_the_network_brings_it_late_but_not_for_ever():
    line = Line()
    line.turn(1_000, on=True)
    line.say(940, late_ms=400)
    line.say(990, late_ms=400)  # ends within the mute
    line.say(960, late_ms=IN_FLIGHT_MS + 100)
    assert line.spoken_ms == [940]


def test_what_was_said_while_muted_does_not_pass_when_it_comes_after_the_mute():
    line = Line()
    line.turn(1_000, on=True)
    line.turn(2_000, on=False)
    line.say(1_900, late_ms=300)
    line.say(980, late_ms=1_200)
    line.say(2_000, late_ms=20)
    assert line.spoken_ms == [980, 2_000]


@pytest.mark.parametrize("later", [[(3_000, True)], [(3_000, True), (4_000, False)]], ids=["in", "after"])
def test_what_was_said_while_muted_does_not_pass_when_it_comes_in_or_after_another_mute(later):
    line = Line()
    for at_ms, on in [(1_000, True), (2_000, False), *later]:
        line.turn(at_ms, on=on)
    for spoken_ms in (940, 1_500, 2_500, 2_990, 3_500):
        line.say(spoken_ms, late_ms=later[-1][0] + 200 - spoken_ms)
    assert line.spoken_ms == [940, 2_500]


def test_an_interview_that_is_opened_again_muted_lets_nothing_pass():
    line = Line(muted=True)
    line.say(5_000)
    assert line.spoken_ms == []
    assert line.turn(6_000, on=False)
    line.say(6_000)
    assert line.spoken_ms == [6_000]


def test_muting_twice_is_muting_once():
    line = Line()
    assert [
        line.turn(ms, on=on) for ms, on in ((1, False), (2, True), (3, True), (4, False), (5, False))
    ] == [
        False,
        True,
        False,
        True,
        False,
    ]


async def test_marks_are_written_in_order_at_their_moments_however_long_the_database_is_away(
    database: Database, clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("viva.room.muting.NOTE_RETRY_S", 0.0)
    talk, sessions, away = await interview(database, clock), Sessions(), [True, True, False]
    interviewing = Interviewing(database, sessions, Evaluation(sessions, clock), clock)
    await interviewing.begin_clock(talk.session_id)

    async def note(kind, moment):
        if away and away.pop(0):
            raise Unavailable
        await interviewing.note(talk.session_id, kind, {}, moment)

    async with Tasks("test") as tasks:
        marks = MuteMarks(note, clock, tasks)
        for kind in ("muted", "unmuted", "muted"):
            clock.advance(10)
            marks.put(kind)
        await asyncio.sleep(0)
        await marks.settled()
    async with database.uow() as work:
        noted = [(found.kind, found.at_ms) for found in await sessions.incidents(work, talk.session_id)]
        assert await sessions.is_muted(work, talk.session_id)
    assert noted == [("muted", 10_000), ("unmuted", 20_000), ("muted", 30_000)]


async def test_a_mark_that_cannot_be_written_holds_up_none_of_those_behind_it(clock):
    written = []

    async def note(kind: str, _moment: object) -> None:
        if not written and kind == "muted":
            written.append("failed")
            raise RuntimeError
        written.append(kind)

    async with Tasks("test") as tasks:
        marks = MuteMarks(note, clock, tasks)
        marks.put("muted")
        marks.put("unmuted")
        await asyncio.sleep(0)
        await marks.settled()
    assert written == ["failed", "unmuted"]


async def test_marks_that_wait_for_a_database_are_bounded_and_end_with_the_state_that_holds(clock):
    back, written = asyncio.Event(), []

    async def note(kind: str, moment: object) -> None:
        await back.wait()
        written.append(kind)

    async with Tasks("test") as tasks:
        marks = MuteMarks(note, clock, tasks)
        for _ in range(WAITING_MAX):
            marks.put("muted")
            marks.put("unmuted")
        marks.put("muted")
        await asyncio.sleep(0)
        back.set()
        await marks.settled()
    assert len(written) <= WAITING_MAX + 1
    assert written[-1] == "muted"
