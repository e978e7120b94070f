"""F23: the recordings' disk fills up in an interview. It is a real small disk, so root is needed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.benchmarks.clip import FILE
from tests.support.candidate import Channel, eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import encode, tones
from tests.support.server import serving, settings_for

from viva.media import PublishingClient
from viva.media.recording.file import FLOOR_BYTES
from viva.media.recording.recorder import VIDEO_FLOOR_BYTES
from viva.platform.storage import FREE_FLOOR_BYTES

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOMY = FREE_FLOOR_BYTES + 64 * 1024**2
PICTURE_TICKS = 90_000 // 10


class Disk:
    """A file system in memory, whose size can be changed while it is used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def leave(self, free_bytes: int) -> None:
        """So much is free from now on."""
        used = shutil.disk_usage(self.folder).used
        self._mount(f"remount,size={used + free_bytes}")

    def open(self) -> None:
        self._mount(f"size={ROOMY}")

    def _mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "recordings"
    folder.mkdir()
    disk = Disk(folder)
    disk.open()
    yield disk
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _pictures() -> list[bytes]:
    import av

    with av.open(str(FILE)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size][:60]


async def _speak(peer: PublishingClient, words: list[int], pictures: list[bytes]) -> None:
    for number, word in enumerate(words):
        await peer.play(packet.data for packet in encode(tones([word])))
        peer.send_video(pictures[number % len(pictures)], PICTURE_TICKS)


async def _noticed(channel: Channel, peer: PublishingClient, code: str, pictures: list[bytes]) -> None:
    """Go on speaking until the screen is told."""

    async def told() -> bool:
        await peer.play(packet.data for packet in encode(tones([0])))
        peer.send_video(pictures[0], PICTURE_TICKS)
        await channel.send("ping")
        await channel.until(lambda message: message["type"] == "pong")
        return any(m["type"] == "notice" and m["code"] == code for m in channel.messages)

    await eventually(told, timeout_s=60)


async def test_F23_a_disk_that_fills_up_costs_pictures_first_then_the_recording_and_never_the_transcript(
    database_url: str, tmp_path: Path, disk: Disk
) -> None:
    async with DeepgramServer(ears=ToneEars, keep_sound=False) as vendor:
        settings = settings_for(
            database_url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        settings = msgspec.structs.replace(settings, storage=str(disk.folder))
        async with serving(settings) as served:
            pictures = _pictures()
            candidate = await served.new_candidate()
            first = (await candidate.questions())[0]
            async with candidate.channel() as channel, candidate.microphone(video=True) as peer:
                await channel.send("start_answer", question_id=first)
                await channel.state(answering=True)
                await _speak(peer, [1, 2, 3, 4], pictures)
                disk.leave(VIDEO_FLOOR_BYTES // 2)
                await _noticed(channel, peer, "recording_video_stopped", pictures)
                assert (await served.http.get("/readyz")).status_code == 503
                asked = {"user_name": "Nobody", "position": "Designer", "language": "en"}
                refused = await served.http.post(
                    "/api/sessions", json=asked, headers=await served.admin_bearer()
                )
                assert (refused.status_code, refused.json()["code"]) == (503, "disk_full")
                assert refused.headers["Retry-After"]
                disk.leave(0)
                await _noticed(channel, peer, "recording_stopped", pictures)
                await _speak(peer, [5, 6, 7, 8], pictures)
                disk.leave(ROOMY)
                await _noticed(channel, peer, "recording_recovered", pictures)
                await channel.send("finish_answer")
                await channel.state(answering=False)
            heard = [word for u in await candidate.utterances() for word in u["text"].split() if word != "0"]
            assert heard == [str(word) for word in range(1, 9)], "the transcript is the last to go"
            assert (await candidate.get("/recording")).status_code == 200
            assert (await served.new_session())["id"], "there is room again"


async def test_F23_a_database_on_the_same_disk_goes_on_storing_words_when_the_recording_has_stopped(
    tmp_path: Path, disk: Disk
) -> None:
    """The default layout: the embedded PostgreSQL and the recordings in one folder."""
    async with DeepgramServer(ears=ToneEars, words_per_final=2, keep_sound=False) as vendor:
        settings = settings_for(
            "", disk.folder, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        async with serving(settings) as served:
            disk.leave(ROOMY)
            pictures = _pictures()
            candidate = await served.new_candidate()
            first = (await candidate.questions())[0]
            async with candidate.channel() as channel, candidate.microphone() as peer:
                await channel.send("start_answer", question_id=first)
                await channel.state(answering=True)
                await _speak(peer, [1, 2, 3, 4], pictures)
                disk.leave(FLOOR_BYTES - 4 * 1024**2)
                await _noticed(channel, peer, "recording_stopped", pictures)
                recorded = _recorded_bytes(settings.recordings)
                await _speak(peer, [5, 6, 7, 8], pictures)
                await channel.until(
                    lambda m: m.get("is_final") and "8" in m["text"].split()
                )  # so it is stored
                assert _recorded_bytes(settings.recordings) == recorded
                disk.leave(ROOMY)
                await _noticed(channel, peer, "recording_recovered", pictures)
                await channel.send("finish_answer")
                await channel.state(answering=False)
            heard = [word for u in await candidate.utterances() for word in u["text"].split() if word != "0"]
            assert heard == [str(word) for word in range(1, 9)]
            assert _recorded_bytes(settings.recordings) > recorded, "what waited in memory was written then"


def _recorded_bytes(folder: str) -> int:
    return sum(path.stat().st_size for path in Path(folder).rglob("*.webm"))
