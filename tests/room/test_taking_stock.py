"""F29: the new process of a deploy looks after the last words of the old one, and not before it is gone."""

import asyncio
from uuid import UUID

import pytest
from tests.room.test_catching_up import recordings, talk, under_way  # noqa: F401 (fixtures)
from tests.support.media_packets import sound

from viva.media import Recorder, Recordings
from viva.room import TakingStock
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
def spans(database, talk):  # noqa: F811 (the fixture)
    async def spans():
        async with database.uow() as work:
            return [(s.start_ms, s.end_ms, s.reason) for s in await MissedSpans().all(work, talk.session_id)]

    return spans


@pytest.fixture
def stock(database, clock, recordings):  # noqa: F811 (the fixture)
    return TakingStock(database, Sessions(), recordings, clock)


async def test_F29_words_that_another_process_hears_are_noted_only_when_it_is_gone(
    database,
    clock,
    talk,  # noqa: F811
    recordings,  # noqa: F811
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
    talk,  # noqa: F811
    recordings,  # noqa: F811
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


@pytest.mark.parametrize(("ended_ms", "owed_from_ms"), [(32_000, 20_000), (40_000, 25_000), (28_000, None)])
async def test_F01_an_answer_that_had_just_ended_when_the_process_was_killed_may_owe_its_last_words(
    database,
    clock,
    talk,  # noqa: F811
    recordings,  # noqa: F811
    stock,
    spans,
    ended_ms,
    owed_from_ms,
):
    """What was said while it was being ended is asked for after it has ended."""
    async with database.uow() as work:
        await Sessions().set_answer(
            work, talk.question_ids[0], status="finished", kind="spoken", start_ms=1_000, end_ms=ended_ms
        )
    async with Recordings(recordings._root) as old:
        recorder = recorder_of(old, talk.session_id)
        await hear(recorder, 1_200)
        recorder._timer.cancel()
        await asyncio.to_thread(recorder._file.close)  # what the kernel does for a killed process
    await stock.begin()
    found = await spans()
    assert [span[0] for span in found] == ([] if owed_from_ms is None else [owed_from_ms])
    assert all(span[1] == ended_ms and span[2] == "interrupted" for span in found)
