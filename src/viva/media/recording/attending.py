"""Who is at an interview: a locked file in its folder, from the first answer until nothing is owed.

The kernel frees the lock when its holder ends, however it ends. A file that nobody holds is of a process that
was killed, and of words that it may have owed.
"""

import os
from pathlib import Path
from uuid import uuid4

import msgspec

from viva.media.recording.locks import claim

PREFIX = "attending-"


class Attendance:
    """Of one process at one interview. For threads."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def end(self) -> None:
        """Nothing is owed any more."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


class Attending(msgspec.Struct, frozen=True):
    """How it stands with an interview: whether somebody is at it, and whether somebody was and is gone.

    `before_ms`: from here on, on the interview's clock, what is said is with whoever is at it now; infinite
    if nobody is.
    """

    present: bool
    left: bool
    before_ms: float


def attend(folder: Path, from_ms: int) -> Attendance:
    """Be at the interview from this moment on. Raises `OSError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = uuid4().hex
    new = folder / f".{name}"
    descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, str(from_ms).encode())
        claim(descriptor)
        # Named only now: nobody shall find it before it is ours.
        return Attendance(new.rename(folder / f"{PREFIX}{name}"), descriptor)
    except OSError:
        os.close(descriptor)
        new.unlink(missing_ok=True)
        raise


def look(folder: Path) -> Attending:
    """How it stands now. Raises `OSError`."""
    held = [_held_from(path) for path in folder.glob(f"{PREFIX}*")]
    present = [from_ms for from_ms in held if from_ms is not None]
    return Attending(bool(present), len(held) > len(present), min(present, default=float("inf")))


def forget_who_left(folder: Path) -> None:
    """What they owed is written down. Raises `OSError`."""
    for path in folder.glob(f"{PREFIX}*"):
        if _held_from(path) is None:
            path.unlink(missing_ok=True)


def _held_from(path: Path) -> float | None:
    """From when on somebody is there; None if whoever was is gone."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:  # ended just now, and owes nothing
        return float("inf")
    try:
        return None if claim(descriptor) else float(os.read(descriptor, 32))
    finally:
        os.close(descriptor)
