"""`manifest.json`: which files a session has and where each lies on the interview's clock."""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from viva.media.errors import RecordingUnreadable
from viva.media.recording.locks import alone_in

NAME = "manifest.json"


class Gap(msgspec.Struct, frozen=True):
    """No sound between these milliseconds of the file: muted, disconnected or lost on the way."""

    start_ms: int
    end_ms: int


class Part(msgspec.Struct, frozen=True):
    """One file: one continuous media connection.

    `start_ms` is its beginning on the interview's clock, `None` while the interview has not begun;
    `started_at` the same by the time of day. Until `finished`, lengths are not known.
    """

    file: str
    started_at: datetime
    start_ms: int | None = None
    duration_ms: int = 0
    size_bytes: int = 0
    audio: Literal["opus"] = "opus"
    video: Literal["vp8", "h264"] | None = None
    gaps: tuple[Gap, ...] = ()
    finished: bool = False
    mended: bool = False


class Manifest(msgspec.Struct, frozen=True):
    """The whole of a session's recording."""

    session_id: str
    parts: tuple[Part, ...] = ()
    version: int = 1


class Manifests:
    """Reads and replaces manifests, one change at a time, also of two processes; for the writer threads.

    All raise `OSError` and `RecordingUnreadable`.
    """

    def read(self, folder: Path) -> Manifest:
        """The manifest of a session's folder; an empty one if nothing was recorded."""
        try:
            return msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
        except FileNotFoundError:
            return Manifest(folder.name)
        except ValueError as error:
            raise RecordingUnreadable from error

    def put(self, folder: Path, part: Part) -> None:
        """Add a part or replace the one of the same file."""
        with alone_in(folder):
            manifest = self.read(folder)
            others = [each for each in manifest.parts if each.file != part.file]
            parts = tuple(sorted([*others, part], key=_place))
            _replace(folder, msgspec.structs.replace(manifest, parts=parts))


def _place(part: Part) -> tuple[float, datetime]:
    """By the interview's clock, which does not jump; what began before the interview comes first."""
    return (float("-inf") if part.start_ms is None else part.start_ms, part.started_at)


def _replace(folder: Path, manifest: Manifest) -> None:
    """Write beside it, then rename: a reader sees the old one or the new one, also after a power cut."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".manifest-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(folder / NAME)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's name outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
