"""A shell that ends PostgreSQL when we are gone, however we went."""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

STOP_TIMEOUT_S = 30.0
"""A fast shutdown writes a checkpoint, which a slow disk takes its time for."""

# Its input is a pipe that only we hold the other end of. The kernel closes that when we end in any way,
# the read returns, and the server is asked to shut down fast. If the server ends first, so does the shell.
_SCRIPT = """
exec 3<&0
"$@" 3<&- </dev/null & server=$!
{ read -r _ <&3; kill -INT "$server"; } 2>/dev/null & watcher=$!
exec 3<&-
wait "$server"; status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"""


class Babysitter:
    """Starts `command` at once, its output appended to `log`; ends it when closed or when we die."""

    def __init__(self, command: Sequence[str], *, log: Path) -> None:
        theirs, self._ours = os.pipe()
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._shell = subprocess.Popen(  # noqa: S603 (our own command)
                ["/bin/sh", "-c", _SCRIPT, "sh", *command],
                stdin=theirs,
                stdout=descriptor,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; the server ends after those who use it
                env={**os.environ, "LC_ALL": "C"},
            )
        except BaseException:
            os.close(self._ours)
            raise
        finally:
            os.close(theirs)
            os.close(descriptor)

    def ended(self) -> bool:
        """Whether the server is gone."""
        return self._shell.poll() is not None

    async def stop(self) -> None:
        """Ask for a fast shutdown and wait for it; after `STOP_TIMEOUT_S` the shell is killed."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1
        try:
            await asyncio.to_thread(self._shell.wait, STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._shell.kill()
            self._shell.wait()
