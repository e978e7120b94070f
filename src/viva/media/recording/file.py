"""One recording on disk, as the writer threads handle it: blocking calls, never on the event loop."""

import errno
import os
import time
from pathlib import Path

import structlog

from viva.media.recording.locks import claim
from viva.media.recording.manifest import sync_folder
from viva.media.webm import HEADER_BYTES, Cluster, Scan, Tracks, doc_type, finished, header, track_entries

log = structlog.get_logger(__name__)

SYNC_S = 3.8
"""With the second until somebody looks, less than five: that is what a machine without power loses (F03)."""
FLOOR_BYTES = 48 * 1024 * 1024
"""Below this much free space nothing is written: the rest is for the transcript, where PostgreSQL is on the
same disk (F23). It is three segments of its log, which take the words of many interviews."""


class RecordingFile:
    """A growing WebM file, mode 0600. A failed write leaves it as it was; all calls may raise `OSError`.

    From the first write until `close` it is claimed, so that no other process takes it for a dead one's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scan = Scan()
        self._descriptor: int | None = None
        self._synced_s = 0.0
        self._unsynced = False

    def sync_is_due(self) -> bool:
        """Whether something waits for the disk to be told of it; a write, also of nothing, tells it."""
        return self._unsynced and time.monotonic() - self._synced_s >= SYNC_S

    def write(self, tracks: Tracks | None, clusters: list[Cluster]) -> int:
        """Append clusters, write the header anew if `tracks` changed; returns the bytes free on the disk.

        Whoever gets an `OSError` may write the same clusters again: none of them is in the file. What fails
        after they are in it therefore raises nothing: a disk that does not keep what it took has no room.
        Below `FLOOR_BYTES` the disk counts as full.
        """
        descriptor = self._open()
        free_bytes = self._free(descriptor)
        if tracks is not None:
            self._write_at(descriptor, 0, header(track_entries(tracks), doc_type(tracks)))
        data = b"".join(cluster.data for cluster in clusters)
        try:
            self._write_at(descriptor, self.scan.end, data)
        except OSError:
            os.ftruncate(descriptor, self.scan.end)
            raise
        self._unsynced = self._unsynced or bool(data) or tracks is not None
        for cluster in clusters:
            self.scan.add(cluster)
        try:
            self._sync_sometimes(descriptor)
        except OSError as error:
            log.warning("recording_not_synced", file=self.path.name, errno=error.errno)
            return 0
        return free_bytes - len(data)

    @property
    def empty(self) -> bool:
        """Whether no cluster is in it: the disk has taken none."""
        return self.scan.end == HEADER_BYTES

    def discard(self) -> None:
        """Take it away, if it is there at all."""
        self.path.unlink(missing_ok=True)

    def finish(self) -> Scan:
        """Write the index, the duration and the sizes. Safe to call again after an error."""
        return finished(self.path, self.scan)

    def close(self) -> None:
        """Nothing more is written. Safe to call again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _open(self) -> int:
        if self._descriptor is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            claim(self._descriptor)
            self._synced_s = time.monotonic()
            sync_folder(self.path.parent)
        return self._descriptor

    @staticmethod
    def _free(descriptor: int) -> int:
        found = os.fstatvfs(descriptor)
        free_bytes = found.f_bavail * found.f_frsize
        if free_bytes < FLOOR_BYTES:
            raise OSError(errno.ENOSPC, "what is left is the transcript's")
        return free_bytes

    @staticmethod
    def _write_at(descriptor: int, position: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            written = os.pwrite(descriptor, rest, position)
            rest, position = rest[written:], position + written

    def _sync_sometimes(self, descriptor: int) -> None:
        if self.sync_is_due():
            now_s = time.monotonic()
            os.fdatasync(descriptor)
            self._synced_s, self._unsynced = now_s, False
