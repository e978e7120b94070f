"""Must show 4: an interview where no UDP passes; the sound comes as a recording over a WebSocket."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import av
import numpy as np
import pytest
from structlog.testing import capture_logs
from tests.support.candidate import Candidate, eventually
from tests.support.deepgram_ears import Script
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import encode, likeness, packets_of, sample, sound_of
from tests.support.recorded import stream_of
from tests.support.server import Served
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from viva.audio import AudioPacket
from viva.media import SoundConnection
from viva.platform.errors import Unavailable
from viva.room import doubt
from viva.room.live import LiveInterview

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 4
PACKETS = packets_of(sample("ownership"))[: SECONDS * 50]
ITS_OWN = packets_of(sample("mistake"))[: SECONDS * 50]
ITS_OWN_SOUND = sound_of(sample("mistake"))[: 3 * 48_000]
"""No other test says it: jobs may hear the recordings of other interviews at the same time."""
ENGLISH = "I owned the payment service and I measured every query before I changed anything at all"


@asynccontextmanager
async def sound_socket(candidate: Candidate, **headers: str) -> AsyncIterator[ClientConnection]:
    url = candidate.live_url.removesuffix("/live") + "/sound"
    async with connect(url, additional_headers=candidate.headers | headers, proxy=None) as socket:
        yield socket


async def speak(socket: ClientConnection, packets: list[AudioPacket] = PACKETS) -> None:
    """The sample at the pace at which it was spoken."""
    for piece in stream_of(packets):
        await socket.send(piece)
        await asyncio.sleep(0.1)


@asynccontextmanager
async def speaking_on(socket: ClientConnection) -> AsyncIterator[None]:
    """Sound that does not end by itself: a socket without any is closed after half a minute."""

    async def speak_on() -> None:
        with suppress(ConnectionClosed):
            for piece in stream_of(encode(np.zeros(90 * 48_000, np.float32))):
                await socket.send(piece)
                await asyncio.sleep(0.1)

    speaking = asyncio.create_task(speak_on())
    yield
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


async def closed(socket: ClientConnection) -> int | None:
    try:
        async with asyncio.timeout(60):
            while True:
                await socket.recv()  # once a second: it is heard
    except ConnectionClosed:
        return socket.close_code


async def test_an_interview_over_a_socket_has_transcript_recording_and_results(
    served: Served, vendor: DeepgramServer
) -> None:
    vendor.script = Script(ENGLISH.split())
    vendor.connections.clear()
    candidate = await served.new_candidate()
    first, *others = await candidate.questions()
    async with candidate.channel() as channel, sound_socket(candidate) as socket:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await speak(socket, ITS_OWN)
        await channel.send("finish_answer", question_id=first)
        await channel.state(answering=False)
        for question_id in others:
            (await candidate.type_answer(question_id)).raise_for_status()
        await channel.state(status="completed")
        assert await closed(socket) == 1000
    assert channel.interims
    spoken = [said for said in await candidate.utterances() if said["source"] == "deepgram"]
    assert set(" ".join(said["text"] for said in spoken).split()) <= set(ENGLISH.split())
    assert spoken[0]["question_id"] == first
    begun = [each.sound[: 3 * 48_000] for each in vendor.connections]
    assert any(likeness(sound, ITS_OWN_SOUND) > 0.9 for sound in begun if len(sound) == 3 * 48_000)

    async def recording() -> bytes | None:
        answer = await candidate.get("/recording")
        return answer.content if answer.status_code == 200 else None

    with av.open(io.BytesIO(await eventually(recording))) as container:
        frames = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
    sound = np.concatenate(frames).astype(np.float32)
    assert len(sound) / 48_000 == pytest.approx(SECONDS, abs=0.3)
    assert likeness(sound[: 3 * 48_000], ITS_OWN_SOUND) > 0.9

    async def results() -> object:
        answer = await served.http.get(f"{candidate.path}/results", headers=await served.admin_bearer())
        return answer.json()["status"] if answer.json()["status"] != "pending" else None

    assert await eventually(results) in {"ready", "needs_human"}


async def test_a_second_socket_replaces_the_first(served: Served) -> None:
    candidate = await served.new_candidate()
    async with sound_socket(candidate) as first:
        await first.send(next(iter(stream_of(PACKETS))))
        async with sound_socket(candidate):
            assert await closed(first) == 1000


async def refusal(candidate: Candidate, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with sound_socket(candidate, **headers):
            pass
    return refused.value.response.status_code


async def test_S07_without_consent_from_another_site_or_by_staff_there_is_no_socket(served: Served) -> None:
    assert await refusal(await served.new_candidate(consent=False)) == 403
    candidate = await served.new_candidate()
    assert await refusal(candidate, Origin="https://elsewhere.example") == 403
    candidate.headers = await served.admin_bearer()
    assert await refusal(candidate) == 403


@pytest.mark.parametrize(
    ("frames", "code"),
    [([b"OggS" + bytes(60)], 1003), (["text"], 1003), ([bytes(65 * 1024)], 1009), ([b""] * 1100, 1008)],
    ids=["nonsense", "text", "too big", "flood"],
)
async def test_S25_a_socket_that_misbehaves_is_closed_and_the_interview_goes_on(
    served: Served, frames: list[bytes | str], code: int
) -> None:
    candidate = await served.new_candidate()
    async with candidate.channel() as channel:
        async with sound_socket(candidate) as socket:
            for frame in frames:
                await socket.send(frame)
            assert await closed(socket) == code
        await channel.send("ping")
        assert await channel.until(lambda message: message["type"] == "pong")


async def test_who_takes_back_the_consent_to_a_recording_is_not_listened_to_any_longer(
    served: Served,
) -> None:
    candidate = await served.new_candidate()
    async with sound_socket(candidate) as socket, speaking_on(socket):
        await candidate.consent(recording=False)
        assert await closed(socket) == 1000


async def test_F10_who_takes_it_back_while_the_database_is_away_is_not_either_once_it_is_back(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, reread = 0, LiveInterview._reread

    async def away_at_first(live: LiveInterview) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise Unavailable
        await reread(live)

    candidate = await served.new_candidate()
    async with sound_socket(candidate) as socket, speaking_on(socket):
        monkeypatch.setattr(doubt, "RETRY_S", 0.1)
        monkeypatch.setattr(LiveInterview, "_reread", away_at_first)
        await candidate.consent(recording=False)
        assert await closed(socket) == 1000


async def test_a_page_that_is_gone_before_its_socket_is_accepted_is_no_error(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is reloaded at once."""
    candidate, take_sound = await served.new_candidate(), LiveInterview.take_sound
    asked, gone = asyncio.Event(), asyncio.Event()

    async def at_leisure(live: LiveInterview, page: str | None) -> SoundConnection:
        asked.set()
        await gone.wait()
        return await take_sound(live, page)

    monkeypatch.setattr(LiveInterview, "take_sound", at_leisure)
    with capture_logs() as logs:
        opening = asyncio.create_task(_open(candidate))
        await asked.wait()
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await served.http.get("/healthz")  # by now the server has been told
        gone.set()

        async def said() -> bool:
            return any(line["event"] == "screen_gone_before_accept" for line in logs)

        await eventually(said)
    assert not [line for line in logs if line["log_level"] in {"error", "critical"}]


async def _open(candidate: Candidate) -> None:
    async with sound_socket(candidate):
        raise AssertionError("nobody accepts it")
