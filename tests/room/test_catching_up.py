"""The job that transcribes from the recording: against the vendor's fake, a real recording, a real database.

The fake understands tones, so every word in the sound is known, and whether one is lost or doubled.
"""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest
from tests.room.talks import under_way
from tests.support.candidate import eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer, Fault
from tests.support.jobs import rows_of
from tests.support.opus import encode, tones

from viva.evaluation import Evaluation
from viva.platform.jobs import ForSession, Job, RetryLater
from viva.room import CatchingUp, TakingStock
from viva.room.service import Interviewing
from viva.room.untranscribed import MissedPart, Span
from viva.sessions import TRANSCRIBE_MISSED, MissedSpans, NewUtterance, Sessions
from viva.stt import Transcriber
from viva.stt.deepgram import DeepgramTranscriber

WORD_MS = 300
"""A tone and the pause after it."""


def job_for(session_id: UUID) -> Job:
    return Job("1", TRANSCRIBE_MISSED, msgspec.json.encode(ForSession(session_id)), 1)


@pytest.fixture
async def vendor() -> AsyncIterator[DeepgramServer]:
    async with DeepgramServer(ears=ToneEars) as server:
        yield server


@pytest.fixture
def catching_up(database, clock, recordings, vendor):
    def make(**options) -> CatchingUp:
        sessions = Sessions()
        return CatchingUp(
            database=database,
            sessions=sessions,
            recordings=recordings,
            evaluation=Evaluation(sessions, clock),
            clock=clock,
            **{"engine": DeepgramTranscriber(vendor.key, vendor.url), "pace": 1_000.0, **options},
        )

    return make


@pytest.fixture
def record(recordings):
    async def record(talk, words, *, at_ms: int) -> int:
        """Tones from `at_ms` on; where they end."""
        recorder = recordings.record(
            talk.session_id,
            f"from-{at_ms}",
            interview_ms=lambda received: round(received) + at_ms,
            on_trouble=lambda _trouble: None,
        )
        packets = encode(tones(words))
        for packet in packets:
            recorder.audio(packet)
        await recorder.close()
        return at_ms + len(packets) * 20

    return record


@pytest.fixture
def miss(database, clock):
    async def miss(talk, start_ms: int, end_ms: int, **options) -> None:
        async with database.uow() as work:
            given = {"reason": "unheard", "now": clock.now(), **options}
            await MissedSpans().note(work, talk.session_id, talk.question_ids[0], (start_ms, end_ms), **given)
        clock.advance(10)

    return miss


async def said(database, talk):
    async with database.uow() as work:
        return await Sessions().transcript(work, talk.session_id)


async def late_words(database, talk) -> list[str]:
    return [word for line in await said(database, talk) if line.late for word in line.text.split()]


async def still_open(database, talk) -> int:
    async with database.uow() as work:
        return len(await MissedSpans().open(work, talk.session_id))


async def test_F07_a_missed_span_is_transcribed_from_the_recording_and_says_so(
    database, talk, record, miss, catching_up
):
    end_ms = await record(talk, range(1, 9), at_ms=20_000)
    await miss(talk, 20_000, end_ms)
    await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == [str(word) for word in range(1, 9)]
    late = [line for line in await said(database, talk) if line.late]
    assert {line.source for line in late} == {"deepgram"}
    assert {line.question_id for line in late} == set(talk.question_ids)
    first = late[0].words[0]
    assert abs(first.start_ms - 20_000) < 100, "words keep their place on the interview's clock"
    assert not await still_open(database, talk)


async def test_F07_only_the_words_of_the_span_are_stored(database, talk, record, miss, catching_up):
    await record(talk, range(1, 11), at_ms=20_000)
    await miss(talk, 20_000 + 3 * WORD_MS, 20_000 + 6 * WORD_MS)
    await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == ["4", "5", "6"]


async def test_F07_a_job_that_runs_twice_stores_nothing_twice(database, talk, record, miss, catching_up):
    end_ms = await record(talk, [5, 6, 7], at_ms=20_000)
    await miss(talk, 20_000, end_ms)
    await miss(talk, 20_000, end_ms)
    job = job_for(talk.session_id)
    await catching_up().handle(job)
    await catching_up().handle(job)
    assert await late_words(database, talk) == ["5", "6", "7"]


async def test_F07_what_is_noted_again_and_longer_is_transcribed_once(
    database, talk, record, miss, catching_up
):
    """Without an engine an answer is noted from its beginning at each stop of the server, and at its end."""
    end_ms = await record(talk, range(1, 9), at_ms=20_000)
    middle_ms = 20_000 + 4 * WORD_MS
    await miss(talk, 20_000, middle_ms, reason="no_engine")
    await miss(talk, 20_000, end_ms, reason="no_engine")
    await miss(talk, 20_000 + WORD_MS, end_ms - WORD_MS, reason="unheard")
    async with database.uow() as work:
        spans = [(span.start_ms, span.end_ms) for span in await MissedSpans().open(work, talk.session_id)]
    assert spans == [(20_000, middle_ms), (middle_ms, end_ms)]
    await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == [str(word) for word in range(1, 9)]


async def test_F07_without_an_engine_what_one_has_heard_before_a_restart_is_not_noted(
    database, talk, record, catching_up, clock
):
    end_ms = await record(talk, range(1, 9), at_ms=20_000)
    heard = NewUtterance(
        question_id=talk.question_ids[0],
        text="1 2 3",
        start_ms=20_000,
        end_ms=20_000 + 3 * WORD_MS,
        source="deepgram",
    )
    sessions = Sessions()
    async with database.uow() as work:
        await sessions.add_utterance(work, talk.session_id, heard)
    interviewing = Interviewing(database, sessions, Evaluation(sessions, clock), clock)
    whole = [MissedPart(talk.question_ids[0], Span(20_000, end_ms))]
    await interviewing.note_missed(talk.session_id, whole, "off")
    clock.advance(10)
    await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == [str(word) for word in range(4, 9)]


async def test_F07_words_found_afterwards_stand_where_they_were_said(
    database, talk, record, miss, catching_up
):
    async with database.uow() as work:
        after = NewUtterance(
            question_id=talk.question_ids[0], text="after", start_ms=30_000, end_ms=31_000, source="deepgram"
        )
        await Sessions().add_utterance(work, talk.session_id, after)
    await miss(talk, 20_000, await record(talk, [5], at_ms=20_000))
    await catching_up().handle(job_for(talk.session_id))
    assert [line.text for line in await said(database, talk)] == ["earlier", "5", "after"]


@pytest.mark.parametrize("status", [401, 402, 429, 503])
async def test_F07_while_the_vendor_refuses_or_is_down_the_job_waits_and_nothing_is_lost(
    database, talk, record, miss, catching_up, vendor, status, monkeypatch
):
    monkeypatch.setattr("viva.room.listening_again.GIVE_UP_AFTER_S", 0.2)
    end_ms = await record(talk, [5, 6], at_ms=20_000)
    await miss(talk, 20_000, end_ms)
    vendor.always = Fault(status=status)
    with pytest.raises(RetryLater):
        await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == []
    vendor.always = None
    await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == ["5", "6"]


async def test_F04_a_reset_in_the_middle_of_catching_up_doubles_nothing(
    database, talk, record, miss, catching_up, vendor
):
    end_ms = await record(talk, range(1, 30), at_ms=20_000)
    await miss(talk, 20_000, end_ms)
    vendor.faults.extend([Fault(reset_at_ms=2_500), Fault(close_at_ms=1_500)])
    await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == [str(word) for word in range(1, 30)]


async def test_F07_a_long_outage_is_not_waited_out_where_another_engine_is_installed(
    database, talk, record, miss, catching_up, vendor, clock, monkeypatch
):
    monkeypatch.setattr("viva.room.listening_again.GIVE_UP_AFTER_S", 0.2)
    await miss(talk, 20_000, await record(talk, [5, 6], at_ms=20_000))
    vendor.always = Fault(status=401)
    async with DeepgramServer(ears=ToneEars) as other:

        def standby() -> Transcriber:
            return DeepgramTranscriber(other.key, other.url)

        job, catching = job_for(talk.session_id), catching_up(standby=standby)
        with pytest.raises(RetryLater):
            await catching.handle(job)
        assert not other.connections
        clock.advance(minutes=11)
        await catching.handle(job)
    assert await late_words(database, talk) == ["5", "6"]


async def test_what_may_not_be_on_disk_yet_is_waited_for(database, talk, record, catching_up, clock):
    end_ms = await record(talk, [5], at_ms=20_000)
    async with database.uow() as work:
        await MissedSpans().note(
            work, talk.session_id, talk.question_ids[0], (20_000, end_ms), reason="unheard", now=clock.now()
        )
    with pytest.raises(RetryLater):
        await catching_up().handle(job_for(talk.session_id))
    clock.advance(4)
    await catching_up().handle(job_for(talk.session_id))
    assert await late_words(database, talk) == ["5"]


async def test_F24_an_interview_is_not_over_for_its_recording_while_somebody_is_at_it(
    database, talk, recordings, miss, catching_up
):
    """A stalled disk may have taken nothing of the last part, of which the manifest knows nothing then."""
    attendance = await recordings.attend(talk.session_id, 0)
    await miss(talk, 20_000, 21_000)
    with pytest.raises(RetryLater):
        await catching_up().handle(job_for(talk.session_id))
    assert await still_open(database, talk) == 1
    attendance.end()
    await catching_up().handle(job_for(talk.session_id))
    assert not await still_open(database, talk)


async def test_F23_F24_sound_that_a_stalled_disk_has_not_taken_yet_is_waited_for(
    database, talk, recordings, miss, catching_up
):
    """The recorder holds it in memory: a first second is on the disk, the words come afterwards."""
    recorder = recordings.record(
        talk.session_id,
        "stalled",
        interview_ms=lambda received: round(received) + 20_000,
        on_trouble=lambda _trouble: None,
    )
    packets = encode(tones([5, 6, 7, 8]))
    for packet in packets[:10]:
        recorder.audio(packet)
    await eventually(lambda: recordings.parts(talk.session_id))
    await miss(talk, 20_000, 20_000 + len(packets) * 20)
    job = job_for(talk.session_id)
    for _ in range(2):
        with pytest.raises(RetryLater):
            await catching_up().handle(job)
    assert await still_open(database, talk) == 1
    for packet in packets[10:]:
        recorder.audio(packet)
    await recorder.close()
    await catching_up().handle(job)
    assert await late_words(database, talk) == ["5", "6", "7", "8"]
    assert not await still_open(database, talk)


async def test_a_recording_that_may_no_longer_be_heard_is_not_heard(
    database, talk, record, miss, catching_up, vendor
):
    await miss(talk, 20_000, await record(talk, [5], at_ms=20_000))
    async with database.uow() as work:
        await Sessions().set_progress(work, talk.session_id, recording_consent=False)
    await catching_up().handle(job_for(talk.session_id))
    assert not vendor.connections
    assert not await still_open(database, talk)


async def test_new_words_have_the_answer_and_the_whole_evaluated_anew(
    database, talk, record, miss, catching_up
):
    await miss(talk, 20_000, await record(talk, [5], at_ms=20_000))
    await catching_up().handle(job_for(talk.session_id))
    names = {row.name for row in await rows_of(database)}
    assert {"evaluate_answer", "draft_scorecard"} <= names


async def test_F01_what_nobody_heard_before_a_kill_is_found_at_the_next_start(
    database, talk, record, recordings, catching_up, clock
):
    """Words 1 to 4 are stored, 5 to 9 were with the engine when the process died."""
    end_ms = await record(talk, range(1, 10), at_ms=20_000)
    async with database.uow() as work:
        stored = NewUtterance(
            question_id=talk.question_ids[0],
            text="1 2 3 4",
            start_ms=20_000,
            end_ms=20_000 + 4 * WORD_MS,
            source="deepgram",
        )
        await Sessions().add_utterance(work, talk.session_id, stored)
    await under_way(database, clock, talk)
    catching = catching_up()
    stock = TakingStock(database, Sessions(), recordings, clock)
    await stock.begin()
    await stock.begin()
    async with database.uow() as work:
        [span] = await MissedSpans().open(work, talk.session_id)
    assert span.reason == "interrupted"
    assert span.start_ms == 20_000 + 4 * WORD_MS
    assert abs(span.end_ms - end_ms) < 100
    clock.advance(10)
    await catching.handle(job_for(talk.session_id))
    assert await late_words(database, talk) == ["5", "6", "7", "8", "9"]
    names = {row.name for row in await rows_of(database)}
    assert "draft_scorecard" not in names, "the interview goes on"
