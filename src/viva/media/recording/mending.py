"""Files that a process left unfinished when it ended, completed by another one; never one still written."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec
import structlog

from viva.media.errors import RecordingUnreadable
from viva.media.recording.attending import look
from viva.media.recording.locks import claim
from viva.media.recording.manifest import Manifests, Part
from viva.media.webm import HEADER_BYTES, finished

log = structlog.get_logger(__name__)


class Mended(msgspec.Struct, frozen=True):
    """The parts that were completed now, and the interviews that somebody else is at, or was and is gone."""

    parts: tuple[tuple[UUID, Part], ...]
    growing: frozenset[UUID]
    left: dict[UUID, float]
    """What they heard may be owed, of the time before this many milliseconds on the interview's clock."""
    unreadable: frozenset[UUID]
    """Of these nobody can say anything now; their files are left as they are."""


def mend_all(root: Path, manifests: Manifests, among: Iterable[UUID] | None) -> Mended:
    """Complete the unfinished files of these sessions, or of all. Raises `OSError` if there is no folder."""
    mended, growing, left = list[tuple[UUID, Part]](), set[UUID](), dict[UUID, float]()
    unreadable = set[UUID]()
    for session_id in _sessions_in(root) if among is None else among:
        folder = root / str(session_id)
        try:
            attending, parts = look(folder), manifests.read(folder).parts
        except (OSError, ValueError, RecordingUnreadable) as error:
            log.error("recording_unreadable", session=str(session_id), error=type(error).__name__)
            unreadable.add(session_id)
            continue
        if attending.present:
            growing.add(session_id)
        if attending.left:
            left[session_id] = attending.before_ms
        for part in parts:
            found = None if part.finished else _mend(folder, part.file, manifests)
            if found == "growing":
                growing.add(session_id)
            elif found is not None:
                mended.append((session_id, found))
                left.setdefault(session_id, attending.before_ms)
    return Mended(tuple(mended), frozenset(growing), left, frozenset(unreadable))


def _sessions_in(root: Path) -> Iterator[UUID]:
    for folder in root.iterdir():
        try:
            yield UUID(folder.name)
        except ValueError:
            continue


def _mend(folder: Path, file: str, manifests: Manifests) -> Part | Literal["growing"] | None:
    """One file; what cannot be mended is said and left as it is."""
    try:
        descriptor = os.open(folder / file, os.O_RDWR | os.O_CLOEXEC)
        try:
            return _completed(folder, file, manifests) if claim(descriptor) else "growing"
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        log.warning("recording_not_mended", file=file, error=type(error).__name__)
        return None


def _completed(folder: Path, file: str, manifests: Manifests) -> Part | None:
    path = folder / file
    # Looked up again: whoever wrote it may have finished it before it was ours.
    part = next((part for part in manifests.read(folder).parts if part.file == file), None)
    if part is None or part.finished or path.stat().st_size <= HEADER_BYTES:
        return None
    found = finished(path)
    part = msgspec.structs.replace(
        part,
        duration_ms=found.duration_ms,
        size_bytes=path.stat().st_size,
        finished=True,
        mended=True,
    )
    manifests.put(folder, part)
    return part
