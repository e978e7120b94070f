"""The virus scanner that every upload passes before anything looks into it (S18): a command.

Whoever wants none sets none. Whoever set one wants every file scanned: a scanner that is missing, late or
confused lets nothing pass.
"""

import asyncio
import contextlib
import os
import secrets
import shlex
import tempfile
from pathlib import Path

import structlog

from viva.platform.errors import Invalid, Unavailable

SCAN_MAX_S = 30.0
"""A scanner that has to load its signatures first takes several seconds; one that serves takes none."""
_INFECTED = 1
"""What clamscan, clamdscan and their kin exit with when they have found something."""
_PATH = "{path}"

log = structlog.get_logger(__name__)


class InfectedFile(Invalid):
    """The scanner has found something."""

    code = "infected_file"
    message = "The virus scanner found something in this file, so it was not opened."


class FileNotScanned(Unavailable):
    """The scanner could not say; the file is not taken."""

    code = "file_not_scanned"
    message = "The virus scanner did not answer, so the file was not opened. Please try again later."


class Antivirus:
    """`command` reads the file on its standard input; where it holds `{path}`, at that path instead.

    It exits with 0 for a clean file, with 1 for an infected one, with anything else when it cannot say. It is
    run without a shell. An empty command lets everything pass.
    """

    def __init__(self, command: str, *, most_s: float = SCAN_MAX_S) -> None:
        self._words = shlex.split(command)
        self._most_s = most_s

    async def scan(self, content: bytes) -> None:
        """Raises `InfectedFile`, and `FileNotScanned` where the scanner is missing, fails or is late."""
        if not self._words:
            return
        found = await self._verdict(content)
        if found == 0:
            return
        log.warning("upload_not_let_in", exit_code=found, bytes=len(content))
        if found == _INFECTED:
            raise InfectedFile
        raise FileNotScanned(retry_after_s=60)

    async def _verdict(self, content: bytes) -> int | None:
        """The scanner's exit code, or None where it did not come to one."""
        if not any(_PATH in word for word in self._words):
            return await self._run(self._words, content)
        with tempfile.TemporaryDirectory(prefix="viva-scan-") as folder:
            path = Path(folder) / secrets.token_hex(16)
            await asyncio.to_thread(path.write_bytes, content)
            return await self._run([word.replace(_PATH, str(path)) for word in self._words], b"")

    async def _run(self, words: list[str], given: bytes) -> int | None:
        try:
            scanner = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            )
        except OSError as error:
            log.warning("antivirus_cannot_start", error=type(error).__name__)
            return None
        try:
            async with asyncio.timeout(self._most_s):
                await scanner.communicate(given)
        except TimeoutError:
            return None
        finally:
            if scanner.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    scanner.kill()
                await scanner.wait()
        return scanner.returncode
