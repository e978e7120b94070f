"""F03: the disk, and not the kernel alone, is told to keep the recording; strace is the witness."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.media.recording.test_recorder import WRITER

SYNCS = 2
PATIENCE_S = 120


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
async def test_F03_strace_sees_the_recording_synced_again_and_again(tmp_path: Path) -> None:
    """The writer records sound and pictures at the pace of speech until it is killed."""
    log = tmp_path / "strace.log"
    writer = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WRITER, str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert writer.stdout is not None
    witness = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            await writer.stdout.readline()  # it records
            witness = await _strace(writer.pid, log)
            while len(times := _synced(log)) < SYNCS:
                assert await writer.stdout.readline()
                if witness.returncode is not None:
                    pytest.skip("strace may not trace here")
    finally:
        writer.kill()
        await writer.communicate()
        if witness is not None:
            await witness.wait()
    sys.stdout.write(f"\nF03: fdatasync every {times[1] - times[0]:.1f} s\n")


async def _strace(pid: int, log: Path) -> asyncio.subprocess.Process:
    """Ends with the process that it watches."""
    command = ("strace", "-f", "-y", "-ttt", "-e", "trace=fdatasync", "-o", str(log), "-p", str(pid))
    return await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)


def _synced(log: Path) -> list[float]:
    """When `fdatasync` was called on the recording, in Unix seconds."""
    if not log.exists():
        return []
    found = re.findall(r"^\d+ +(\d+\.\d+) fdatasync\(\d+<[^>]*\.webm>", log.read_text(), re.MULTILINE)
    return [float(moment) for moment in found]
