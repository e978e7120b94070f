"""The one interview that is heard by the real engine of this machine, without any key."""

from pathlib import Path

import pytest
from tests.support.opus import packets_of, sample
from tests.support.server import serving, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKETS = [packet.data for packet in packets_of(sample("ownership"))]
WORDS = sample("ownership").with_suffix(".txt").read_text("utf-8").lower().split()
PATIENCE_S = 90
"""The model is loaded, and a busy machine recognises in its own time."""


async def test_without_a_key_this_machine_hears_what_was_spoken(database_url: str, tmp_path: Path) -> None:
    async with serving(settings_for(database_url, tmp_path, stt="local")) as served:
        candidate = await served.new_candidate(language="en")
        first = (await candidate.questions())[0]
        async with candidate.channel() as channel, candidate.microphone() as peer:
            assert channel.messages[0]["stt"] == "local"
            await channel.send("start_answer", question_id=first)
            await channel.state(answering=True)
            await peer.play(PACKETS[:300])
            if not channel.finals:
                await channel.send("ping")
            await channel.send("finish_answer")
            await channel.until(
                lambda message: message["type"] == "stt_result" and message["is_final"], PATIENCE_S
            )
        heard = " ".join(u["text"] for u in await candidate.utterances()).lower()
        expected = {word.strip(".,") for word in WORDS[:12] if len(word) > 3}
        found = {word for word in expected if word in heard}
        assert len(found) >= len(expected) / 2, heard
