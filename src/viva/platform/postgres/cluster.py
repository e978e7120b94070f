"""One database cluster on disk: whose it is, what its server wrote down, where its socket lies."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from viva.platform.postgres.errors import AlreadyRunning, PostgresError

_LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107
"""sizeof(sockaddr_un.sun_path) - 1."""
_UNSAFE_IN_A_SOCKET_PATH = frozenset(',:"@')
"""They separate hosts or ports in PostgreSQL's setting or in a URL."""
_READY_LINE = 7
"""postmaster.pid, eighth line: the server's state."""


class Cluster:
    """The folder `postgres` under `data_dir`, holding `pg<major>`, its log, its lock and its socket."""

    def __init__(self, data_dir: Path, major: int) -> None:
        self.home = data_dir.expanduser().resolve() / "postgres"
        self.data = self.home / f"pg{major}"
        self.log = self.home / f"pg{major}.log"
        self._lock: int | None = None
        self._orphan: int | None = None

    def claim(self) -> None:
        """Hold the folder until `unclaim` or our end. Raises `AlreadyRunning`."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise AlreadyRunning(
                f"Another viva is already running on {self.home.parent}: stop it, or set VIVA_DATA_DIR."
            ) from None
        self._lock = lock

    def unclaim(self) -> None:
        """Let the next one have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def exists(self) -> bool:
        """Whether there is a complete cluster of this major version."""
        return (self.data / "PG_VERSION").is_file()

    def unfinished(self) -> Path:
        """An absent path to make a new cluster in; what a crash left there is thrown away."""
        path = self.home / "pg.init"
        shutil.rmtree(path, ignore_errors=True)
        return path

    def socket_folder(self) -> Path:
        """A folder of mode 0700 whose path fits into a socket's address."""
        folder = self.home / "socket"
        address = os.fsencode(folder / ".s.PGSQL.5432.lock")
        if len(address) > _LONGEST_SOCKET_PATH or _UNSAFE_IN_A_SOCKET_PATH.intersection(str(folder)):
            name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
            folder = Path(tempfile.gettempdir()) / f"viva-{os.geteuid()}-{name}"
        folder.mkdir(exist_ok=True, mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PostgresError(f"{folder} is in the way: it belongs to somebody else.")
        folder.chmod(0o700)
        return folder

    def is_ready(self) -> bool:
        """Whether the server says that it takes connections, and is not one that died saying so."""
        lines, pid = self._pid_file(), self.pid_on_file()
        said = len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"
        return said and pid is not None and _runs_on(pid, self.data)

    def pid_on_file(self) -> int | None:
        """The process id that the last server wrote down."""
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def interrupt_orphan(self) -> bool:
        """Ask a living server of this cluster to shut down fast; False where there is none."""
        pid = self.pid_on_file()
        if pid is None or not _runs_on(pid, self.data):
            return False
        self._orphan = pid
        with contextlib.suppress(ProcessLookupError):  # it ended just now, which is what we want
            os.kill(pid, signal.SIGINT)
        return True

    def orphan_lives(self) -> bool:
        """Whether the server that was asked to end is still there."""
        return self._orphan is not None and _runs_on(self._orphan, self.data)

    def forget_stranger(self) -> None:
        """Remove what a dead server wrote down if its number belongs to another program by now.

        Otherwise the file stays: by it PostgreSQL finds out whether children of a killed server still live.
        """
        pid = self.pid_on_file()
        if pid is not None and _command_line(pid) and not _runs_on(pid, self.data):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def last_words(self) -> str:
        """The end of the server's log, on one line."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return "it left no log."
        return " / ".join(line.strip() for line in lines[-3:]) or "its log is empty."

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return []


def _runs_on(pid: int, data: Path) -> bool:
    """Whether process `pid` is a PostgreSQL on this very folder, and not a stranger of the same number."""
    words = _command_line(pid)
    return len(words) > 0 and b"postgres" in words[0] and os.fsencode(data) in b" ".join(words)


def _command_line(pid: int) -> list[bytes]:
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return []
    told = subprocess.run(  # noqa: S603 (a number)
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
    )
    return told.stdout.split()
