"""`viva demo` is a client of the contract: it shows what a person would see, or says what is missing."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.databases import new_database
from tests.support.deepgram_server import DeepgramServer
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, serving, settings_for

SPEECH = Path(__file__).parent.parent.parent / "src" / "viva" / "stt" / "samples" / "conflict.ogg"
SAID = "I listened to both of them and we decided together to ship a smaller version"


async def play(url: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`viva demo` against `url`, beside the loop that serves it."""
    command = [sys.executable, "-m", "viva", "demo", "--url", url, *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


async def test_it_shows_captions_transcript_recording_and_scorecard(
    postgres_url, template_database, tmp_path
):
    async with (
        new_database(postgres_url, "viva_demo", template=template_database) as url,
        DeepgramServer(SAID) as vendor,
        serving(
            settings_for(url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url)
        ) as served,
    ):
        who = ("--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD)
        shown = await play(served.url, *who, "--audio", str(SPEECH), folder=tmp_path)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "1/5" in shown.stdout
    for part in ("Transcript", "Recording", "plays from beginning to end", "Scorecard", "“"):
        assert part in shown.stdout, part
    assert "smaller version" in shown.stdout


async def test_without_speech_recognition_it_says_so(postgres_url, template_database, tmp_path):
    async with (
        new_database(postgres_url, "viva_mute", template=template_database) as url,
        serving(settings_for(url, tmp_path, stt="off")) as served,
    ):
        who = ("--email", ADMIN_EMAIL, "--password", ADMIN_PASSWORD)
        shown = await play(served.url, *who, folder=tmp_path)
    assert shown.returncode == 1
    assert "no speech recognition" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no viva answers"),
        (("--language", "ko"), "--audio FILE"),
        (("--url", "http://127.0.0.1:1"), "no viva answers at http://127.0.0.1:1"),
    ],
)
def test_what_it_lacks_is_one_sentence_and_exit_1(viva, arguments, words):
    shown = viva("demo", *arguments)
    assert shown.returncode == 1
    assert words in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1
