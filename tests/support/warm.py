"""Real server processes that are there in a fraction of a second, for tests that kill them by the dozen.

A process that has imported everything forks a child for each start; the child is `viva serve` from there on.

    async with WarmServers() as warm:
        async with warm.process_of(settings, log) as server: ...
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import httpx
from tests.support.process import Process, environment_of

from viva.platform.settings import Settings

RUNS = 1_000
"""What stands for the exit code of a process that has none yet."""
POLL_S = 0.02


class WarmServers:
    """The process that forks."""

    def __init__(self) -> None:
        self._mother: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._mother = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.warm"), stdin=PIPE, stdout=PIPE
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self._mother is not None
        assert self._mother.stdin is not None
        self._mother.stdin.close()
        await self._mother.wait()

    @asynccontextmanager
    async def process_of(self, settings: Settings, log: Path) -> AsyncIterator["WarmProcess"]:
        """As `support.process.process_of`."""
        environment = environment_of(settings)
        pid = await self.ask("start", environment=environment, folder=str(settings.data_dir), log=str(log))
        child = _Child(self, pid)
        async with httpx.AsyncClient(base_url=settings.base_url, timeout=30) as http:
            process = WarmProcess(child, http, settings.base_url)
            try:
                yield process
            finally:
                await process.kill_if_running()

    async def ask(self, what: str, **given: Any) -> int:
        """One request to the mother, and her answer."""
        mother = self._mother
        assert mother is not None
        assert mother.stdin is not None
        assert mother.stdout is not None
        async with self._one_at_a_time:
            mother.stdin.write(json.dumps({"what": what, **given}).encode() + b"\n")
            answer = await mother.stdout.readline()
        return int(answer)


class _Child:
    """What `Process` asks of a process."""

    def __init__(self, warm: WarmServers, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._warm = warm

    def send_signal(self, signal_: signal.Signals) -> None:
        os.kill(self.pid, signal_)

    async def wait(self) -> int:
        while not await self.has_ended():  # noqa: ASYNC110 (its end is the mother's to see)
            await asyncio.sleep(POLL_S)
        assert self.returncode is not None
        return self.returncode

    async def has_ended(self) -> bool:
        """Whether it has; its exit code is known from then on."""
        if self.returncode is None:
            code = await self._warm.ask("poll", pid=self.pid)
            self.returncode = None if code == RUNS else code
        return self.returncode is not None


class WarmProcess(Process):
    """A server that can be killed at this very moment."""

    def __init__(self, child: _Child, http: httpx.AsyncClient, url: str) -> None:
        super().__init__(child, http, url)  # type: ignore[arg-type]  # all that it asks of a process
        self._child = child
        self._struck = False

    def strike(self) -> None:
        """kill -9, without waiting for anything."""
        self._struck = True
        self._child.send_signal(signal.SIGKILL)

    async def answers(self, path: str) -> int | None:
        """As `Process.answers`, which cannot know that a forked one has ended."""
        ended = await self._child.has_ended()
        assert self._struck or not ended, "the server ended by itself"
        return None if ended else await super().answers(path)

    @property
    def pid(self) -> int:
        return self._child.pid

    async def has_ended(self) -> bool:
        return await self._child.has_ended()

    async def ended(self) -> int:
        """Its exit code, once it has one."""
        return await self._child.wait()


def main() -> None:
    """Import what a server needs, then fork and wait for children as asked, until stdin ends."""
    import viva.bootstrap
    import viva.stt.deepgram
    from viva.cli import main as command

    viva.stt.deepgram.DeepgramTranscriber("warm", "ws://127.0.0.1:1")
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["what"] == "start":
            pid = os.fork()
            if not pid:
                _become_server(asked)
                command(["serve"])
            _say(pid)
        else:
            ended, status = os.waitpid(asked["pid"], os.WNOHANG)
            _say(os.waitstatus_to_exitcode(status) if ended else RUNS)


def _become_server(asked: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
