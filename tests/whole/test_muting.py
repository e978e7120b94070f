"""While a candidate is muted the server keeps nothing, whatever comes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.candidate import Candidate, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.media_packets import KEYFRAME
from tests.support.opus import encode, tones
from tests.support.recorded import stream_of
from tests.support.server import Served
from tests.support.stored import Stored, stored_of
from tests.whole.test_sound_over_socket import sound_socket

from viva.audio import VIDEO_RATE_HZ
from viva.media.rtp.spoken import EARLY_MS
from viva.room import muting, voice

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def tones_are_words(vendor: DeepgramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor understands numbers."""
    monkeypatch.setattr(vendor, "make_ears", ToneEars)


Say = Callable[..., Awaitable[None]]
"""Says numbers into a connection; pictures go with them where it has any."""


@asynccontextmanager
async def by_peer(candidate: Candidate) -> AsyncIterator[Say]:
    """Over UDP, with a picture before and after each number."""
    async with candidate.microphone(video=True) as peer:
        seen_s = time.monotonic()

        def show() -> None:
            nonlocal seen_s
            before_s, seen_s = seen_s, time.monotonic()
            peer.video.advance(round((seen_s - before_s) * VIDEO_RATE_HZ))
            peer.send_video(KEYFRAME, 0)

        async def say(*numbers: int) -> None:
            for number in numbers:
                show()
                await peer.play([packet.data for packet in encode(tones([number]))])
            show()

        yield say


@asynccontextmanager
async def by_socket(candidate: Candidate) -> AsyncIterator[Say]:
    """Over a WebSocket, from a recorder that never pauses."""
    async with sound_socket(candidate) as socket:
        packets = encode(tones(range(10)))
        header, *pieces = stream_of(packets)
        await socket.send(header)
        per_word = len(pieces) // 10

        async def say(*numbers: int) -> None:
            for piece in pieces[numbers[0] * per_word : (numbers[-1] + 1) * per_word]:
                await socket.send(piece)
                await asyncio.sleep(0.1)  # the pace of a recorder

        yield say


async def kept(served: Served, candidate: Candidate) -> Stored:
    """The recording, once it is complete."""
    recordings = await served.part("recordings")

    async def finished() -> bool:
        parts = await recordings.parts(UUID(candidate.session_id))
        return bool(parts) and all(part.finished for part in parts)

    await eventually(finished)
    folder = Path(served.settings.recordings) / candidate.session_id
    return stored_of(folder, await recordings.parts(UUID(candidate.session_id)))


async def marks(served: Served, candidate: Candidate) -> list[tuple[str, int]]:
    """What the record says of it."""
    sessions, database = await served.part("sessions"), await served.part("database")
    async with database.uow() as work:
        noted = await sessions.incidents(work, UUID(candidate.session_id))
    return [(one.kind, one.at_ms) for one in noted if "muted" in one.kind]


@pytest.mark.parametrize("way", [by_peer, by_socket])
async def test_of_a_page_that_goes_on_sending_while_muted_nothing_is_kept(served: Served, way) -> None:
    candidate = await served.new_candidate()
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, way(candidate) as say:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await say(0, 1, 2)
        await channel.send("mute", on=True)
        assert (await channel.state())["media"] == {"connected": True, "muted": True}
        await say(3, 4, 5)
        await channel.send("mute", on=False)
        assert (await channel.state())["media"] == {"connected": True, "muted": False}
        await say(6, 7, 8)
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
    said = " ".join(utterance["text"] for utterance in await candidate.utterances()).split()
    recording = await kept(served, candidate)
    for found in (said, recording.words(ToneEars())):
        assert {"0", "1", "7", "8"} <= set(found)
        assert set(found).isdisjoint({"3", "4", "5"}), found
    [(_, from_ms), (_, until_ms)] = await marks(served, candidate)
    assert not [at_ms for at_ms in recording.sound_ms if from_ms + EARLY_MS < at_ms < until_ms]
    assert not [at_ms for at_ms in recording.picture_ms if from_ms + EARLY_MS < at_ms < until_ms]
    if way is by_peer:
        assert min(recording.picture_ms) < from_ms
        assert max(recording.picture_ms) > until_ms


async def test_a_mute_takes_effect_at_once_also_while_something_else_is_being_followed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = await served.new_candidate()
    interviewing = (await served.part("hub"))._shared.interviewing
    ending, ended, finish = asyncio.Event(), asyncio.Event(), interviewing.next_question

    async def at_leisure(*given: object) -> object:
        ending.set()
        await ended.wait()
        return await finish(*given)

    monkeypatch.setattr(interviewing, "next_question", at_leisure)
    async with candidate.channel() as channel:
        await channel.send("next")
        await ending.wait()
        await channel.send("mute", on=True)
        assert (await channel.state())["media"]["muted"] is True
        ended.set()
        await channel.state(question_id=(await candidate.questions())[1])


async def test_who_is_muted_as_an_answer_ends_waits_for_no_sound_that_cannot_come(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(muting, "IN_FLIGHT_MS", 100.0)
    monkeypatch.setattr(voice, "HEAR_OUT_S", 600)
    candidate = await served.new_candidate()
    first = (await candidate.questions())[0]
    async with candidate.channel() as channel, by_peer(candidate) as say:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await say(1)
        await channel.send("mute", on=True)
        await channel.state()
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)


async def test_whoever_comes_back_muted_is_muted_until_they_say_otherwise(served: Served) -> None:
    candidate, hub = await served.new_candidate(), await served.part("hub")
    async with candidate.channel() as channel:
        await channel.send("mute", on=True)
        await channel.state()

    async def closed() -> bool:
        return UUID(candidate.session_id) not in hub._live and not hub._closings

    await eventually(closed)
    async with candidate.channel() as channel, candidate.channel() as other_device:
        assert channel.messages[0]["media"]["muted"] is True
        assert other_device.messages[0]["media"]["muted"] is True
        await other_device.send("mute", on=False)
        assert (await other_device.state())["media"]["muted"] is False
        await other_device.send("mute", on=False)
        assert (await other_device.state())["media"]["muted"] is False
    await eventually(closed)
    assert [kind for kind, _ in await marks(served, candidate)] == ["muted", "unmuted"]


async def test_S38_a_reviewer_who_watches_mutes_nobody(served: Served) -> None:
    candidate, admin = await served.new_candidate(), await served.admin_bearer()
    async with candidate.channel() as acting, candidate.channel(admin) as watching:
        await watching.send("mute", on=True)
        assert await watching.error() == "watch_only"
        await acting.send("mute", on=True)
        assert (await watching.state())["media"]["muted"] is True
