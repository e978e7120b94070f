"""F29: the new process of a deploy looks after the last words of the old one, and not before it is gone."""

import asyncio
import os
from typing import Any
from uuid import UUID

import pytest
from tests.room.talks import answered, under_way
from tests.support.media_packets import sound

from viva.media import Attendance, Recorder, Recordings
from viva.platform.errors import Unavailable
from viva.room import TakingStock, taking_stock
from viva.sessions import MissedSpans, Sessions


async def hear(recorder: Recorder, count: int) -> None:
    for number in range(count):
        recorder.audio(sound(number))
        if recorder._writing is not None:
            await recorder._writing


def recorder_of(old: Recordings, session_id: UUID) -> Recorder:
    """The old process's; its first packet is said with the answer's first moment."""
    return old.record(session_id, "one", interview_ms=lambda ms: round(ms) + 20_000, on_trouble=print)


@pytest.fixture
def spans(database, talk):
    async def spans():
        async with database.uow() as work:
            return [(s.start_ms, s.end_ms, s.reason) for s in await MissedSpans().all(work, talk.session_id)]

    return spans


@pytest.fixture
def stock(database, clock, recordings, monkeypatch):
    monkeypatch.setattr(taking_stock, "LOOK_AGAIN_S", 0.01)
    return TakingStock(database, Sessions(), recordings, clock)


async def test_F29_words_that_another_process_hears_are_noted_only_when_it_is_gone(
    database,
    clock,
    talk,
    recordings,
    stock,
    spans,
):
    await under_way(database, clock, talk)
    async with Recordings(recordings._root) as old:
        recorder = recorder_of(old, talk.session_id)
        await hear(recorder, 200)
        await stock.begin()
        await stock.look_again()
        assert await spans() == []
        recorder._timer.cancel()
        await asyncio.to_thread(recorder._file.close)  # what the kernel does for a killed process
        async with database.uow() as work:  # the candidate has gone on with the new one in the meantime
            await Sessions().set_answer(work, talk.question_ids[0], status="finished", end_ms=30_000)
        await stock.go_on()
    ((start_ms, end_ms, reason),) = await spans()
    assert (start_ms, reason) == (20_000, "interrupted")
    assert 23_000 <= end_ms <= 24_060


async def test_F29_an_interview_that_another_process_ends_by_itself_is_left_to_it(
    database,
    clock,
    talk,
    recordings,
    stock,
    spans,
):
    await under_way(database, clock, talk)
    async with Recordings(recordings._root) as old:
        recorder = recorder_of(old, talk.session_id)
        await hear(recorder, 200)
        await stock.begin()
        await recorder.close()
        await stock.go_on()
    assert await spans() == []


def killed(attendance: Attendance) -> None:
    """What the kernel does."""
    os.close(attendance._descriptor)


async def recorded(old: Recordings, session_id: UUID) -> None:
    """24 s from 20 s on, and the page is closed: the file is complete."""
    recorder = recorder_of(old, session_id)
    await hear(recorder, 1_200)
    await recorder.close()


@pytest.mark.parametrize(("ended_ms", "owed_from_ms"), [(32_000, 20_000), (40_000, 25_000), (90_000, 20_000)])
async def test_F01_an_answer_that_had_ended_when_the_process_was_killed_may_owe_its_last_words(
    database,
    clock,
    talk,
    recordings,
    stock,
    spans,
    ended_ms,
    owed_from_ms,
):
    """The page was closed, so its file is complete; what was said last waited for the recogniser."""
    await answered(database, talk, ended_ms)
    async with Recordings(recordings._root) as old:
        attendance = await old.attend(talk.session_id, 0)
        await recorded(old, talk.session_id)
        await stock.begin()
        assert await spans() == [], "it may still be about to store them"
        killed(attendance)
        await stock.go_on()
    ((start_ms, end_ms, reason),) = await spans()
    assert (start_ms, reason) == (owed_from_ms, "interrupted")
    assert end_ms == pytest.approx(min(ended_ms, 44_000), abs=100)


async def test_F01_what_is_owed_is_found_by_a_later_start_too_if_the_first_one_fails(
    database,
    talk,
    recordings,
    stock,
    spans,
    monkeypatch,
):
    await answered(database, talk, 40_000)
    async with Recordings(recordings._root) as old:
        attendance = await old.attend(talk.session_id, 0)
        recorder = recorder_of(old, talk.session_id)
        await hear(recorder, 1_200)
        recorder._timer.cancel()
        await asyncio.to_thread(recorder._file.close)
        killed(attendance)

    async def away(_work: Any) -> Any:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(database, "run", away)
        with pytest.raises(Unavailable):
            await stock.begin()
    assert await spans() == []
    await stock.begin()
    assert [span[0] for span in await spans()] == [25_000]
    await stock.begin()
    assert len(await spans()) == 1


async def test_F01_a_recording_that_cannot_be_read_keeps_nobody_from_starting_and_waits_for_a_later_start(
    database,
    clock,
    talk,
    recordings,
    stock,
    spans,
):
    await under_way(database, clock, talk)
    manifest = recordings._root / str(talk.session_id) / "manifest.json"
    async with Recordings(recordings._root) as old:
        attendance = await old.attend(talk.session_id, 0)
        await recorded(old, talk.session_id)
        killed(attendance)
        written = manifest.read_bytes()
        manifest.write_bytes(written[:100])
        await stock.begin()
        await stock.go_on()
        assert manifest.read_bytes() == written[:100]
        assert await spans() == []
        manifest.write_bytes(written)
        await stock.begin()
    assert [span[0] for span in await spans()] == [20_000]


async def test_F01_nothing_is_looked_for_where_everything_was_stored(
    database,
    talk,
    recordings,
    stock,
    spans,
):
    await answered(database, talk, 40_000)
    async with Recordings(recordings._root) as old:
        attendance = await old.attend(talk.session_id, 0)
        await recorded(old, talk.session_id)
        attendance.end()
    await stock.begin()
    assert await spans() == []


async def test_F29_what_one_process_owes_is_told_from_what_another_hears_since(
    database,
    talk,
    recordings,
    stock,
    spans,
):
    """The candidate is with this one from 30 s on; the other is killed later."""
    await answered(database, talk, 40_000)
    async with Recordings(recordings._root) as old:
        theirs, ours = await old.attend(talk.session_id, 0), await recordings.attend(talk.session_id, 30_000)
        await recorded(old, talk.session_id)
        await stock.begin()
        killed(theirs)
        await stock.look_again()
        assert [span[:2] for span in await spans()] == [(20_000, 30_000)]
        ours.end()
        await stock.go_on()
    assert len(await spans()) == 1
