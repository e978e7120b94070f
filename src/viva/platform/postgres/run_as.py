"""PostgreSQL refuses to run as root: under whom it runs instead, without touching anybody's files."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from viva.platform.postgres.errors import PostgresError

_NOBODY = "65534"
_WAYS_DOWN = (
    # Root is called nobody inside a namespace of its own: no chown, and a folder of mode 0700 stays usable.
    ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--"),
    # Where namespaces are forbidden: nobody, keeping the one right to reach root's folders.
    (
        "setpriv",
        f"--reuid={_NOBODY}",
        f"--regid={_NOBODY}",
        "--clear-groups",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=-all,+dac_override",
        "--",
    ),
)


def command_prefix(program: Path) -> tuple[str, ...]:
    """What to put before a PostgreSQL program's command line: nothing, unless we are root.

    `program` is used to try it out. Raises `PostgresError` when no way works here, and when our user has
    no name, which PostgreSQL insists on.
    """
    if os.geteuid() != 0:
        _require_name()
        return ()
    for way in _WAYS_DOWN:
        if _works(way, program):
            return way
    raise PostgresError(
        "PostgreSQL refuses to run as root, and neither user namespaces nor setpriv work here: "
        "start viva as an ordinary user, or set VIVA_DATABASE_URL."
    )


def _require_name() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise PostgresError(
            f"PostgreSQL needs its user to have a name, and user id {os.geteuid()} has none: "
            "add it to /etc/passwd, or set VIVA_DATABASE_URL."
        ) from None


def _works(way: tuple[str, ...], program: Path) -> bool:
    if shutil.which(way[0]) is None:
        return False
    attempt = subprocess.run([*way, program, "--version"], capture_output=True, timeout=30, check=False)  # noqa: S603 (our own command)
    return attempt.returncode == 0
