"""F25: the machine's time of day is set anew in the middle of an answer; then the server restarts."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from tests.support.candidate import Candidate
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import encode, tones
from tests.support.server import serving, settings_for

from viva.media import PublishingClient
from viva.platform import clock as platform_clock

pytestmark = pytest.mark.asyncio(loop_scope="session")

AN_HOUR_MS = 3_600_000


class MachineTime(datetime):
    """The machine's time of day, which an administrator sets; its monotonic clock goes on."""

    jumped = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + cls.jumped


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[MachineTime]]:
    monkeypatch.setattr(platform_clock, "datetime", MachineTime)
    yield MachineTime
    MachineTime.jumped = timedelta(0)


async def _say(peer: PublishingClient, words: list[int]) -> None:
    await peer.play(packet.data for packet in encode(tones(words)))


async def _words(candidate: Candidate, question_id: str) -> list[str]:
    said = await candidate.utterances()
    assert said == sorted(said, key=lambda u: u["start_ms"]), "in the order in which they were said"
    return [word for u in said if u["question_id"] == question_id for word in u["text"].split()]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
async def test_F25_words_and_recording_stay_together_and_nobody_s_time_is_up(
    database_url: str, tmp_path: Path, machine: type[MachineTime], jump: timedelta
) -> None:
    async with DeepgramServer(ears=ToneEars, words_per_final=2, keep_sound=False) as vendor:
        settings = settings_for(
            database_url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        async with serving(settings) as served:
            candidate = await served.new_candidate()
            first, second = (await candidate.questions())[:2]
            async with candidate.channel() as channel, candidate.microphone() as peer:
                await channel.send("start_answer", question_id=first)
                await channel.state(answering=True)
                await _say(peer, [1, 2, 3, 4])
                await channel.until(lambda m: m["type"] == "stt_result" and m["is_final"])
                machine.jumped = jump
                await channel.send("need_time")  # the deadline is looked at anew
                begun = await channel.state(answering=True, question_id=first)
                left = datetime.fromisoformat(begun["deadline"]) - datetime.fromisoformat(
                    begun["server_time"]
                )
                assert timedelta(0) < left <= timedelta(seconds=begun["answer_limit_s"] + 60)
                await _say(peer, [5, 6])
                await channel.send("finish_answer", question_id=first)
                await channel.state(answering=False, question_id=second)
                await channel.send("start_answer", question_id=second)
                await channel.state(answering=True)
                await _say(peer, [7, 8])
                await channel.until(lambda m: m.get("is_final") and "8" in m["text"].split())
            assert await _words(candidate, first) == ["1", "2", "3", "4", "5", "6"]
            assert await _words(candidate, second) == ["7", "8"]
            assert max(u["end_ms"] for u in await candidate.utterances()) < AN_HOUR_MS
            recordings = await served.part("recordings")
            furthest_ms = max(u["end_ms"] for u in await candidate.utterances())
        (part,) = await recordings.parts(candidate.session_id)
        assert part.start_ms < 60_000
        assert part.start_ms + part.duration_ms >= furthest_ms - 100, "the words are in the recording"
        async with serving(settings) as served:
            again = Candidate(served.url, served.http, candidate.session_id, "")
            again.headers = candidate.headers
            async with again.channel() as channel, again.microphone() as peer:
                back = channel.messages[0]
                assert (back["question_id"], back["answering"]) == (second, True)
                left = datetime.fromisoformat(back["deadline"]) - datetime.fromisoformat(back["server_time"])
                assert timedelta(seconds=59) < left <= timedelta(seconds=back["answer_limit_s"] + 1)
                await _say(peer, [9, 10])
                await channel.until(lambda m: m.get("is_final") and "10" in m["text"].split())
                await channel.send("finish_answer", question_id=second)
                await channel.state(answering=False)
            assert await _words(again, second) == ["7", "8", "9", "10"]
            recordings = await served.part("recordings")
        earlier, later = await recordings.parts(candidate.session_id)
        assert later.start_ms >= earlier.start_ms + earlier.duration_ms - 1_000
