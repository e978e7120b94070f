"""All recordings: given out to be written, mended after a crash, listed, played, erased."""

import asyncio
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Self
from uuid import UUID

import structlog

from viva.audio import AudioPacket
from viva.media.recording.attending import Attendance, attend, forget_who_left, look
from viva.media.recording.file import RecordingFile
from viva.media.recording.manifest import Manifests, Part
from viva.media.recording.mending import Mended, mend_all
from viva.media.recording.playback import Playback, play
from viva.media.recording.recorder import VIDEO_FLOOR_BYTES, Recorder, Trouble
from viva.media.recording.sound import sound_between
from viva.media.recording.together import Together
from viva.media.recording.whole import join
from viva.platform.errors import NotFound
from viva.platform.storage import FREE_FLOOR_BYTES

log = structlog.get_logger(__name__)

_THREADS = 4
_JOINING_THREADS = 2
"""Their own: whoever listens must not keep a recorder from the disk."""
WHOLE = "whole.webm"


class Recordings:
    """The folder of recordings: one folder a session, `manifest.json` and one file a connection in it.

    `async with` opens the writer threads and, on leaving, waits for them.
    """

    def __init__(self, root: Path, *, video_floor_bytes: int = VIDEO_FLOOR_BYTES) -> None:
        self._root = root
        self._video_floor_bytes = video_floor_bytes
        self._manifests = Manifests()
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="recorder")
        self._together = Together(self._executor)
        self._joiners = ThreadPoolExecutor(_JOINING_THREADS, thread_name_prefix="joiner")
        self._joins: dict[UUID, asyncio.Future[Path]] = {}

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._root.mkdir, parents=True, exist_ok=True, mode=0o700)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._together.go()
        await asyncio.to_thread(self._executor.shutdown, wait=True)
        await asyncio.to_thread(self._joiners.shutdown, wait=True, cancel_futures=True)

    def record(
        self,
        session_id: UUID,
        connection_id: str,
        *,
        interview_ms: Callable[[float], int | None],
        on_trouble: Callable[[Trouble], None],
    ) -> Recorder:
        """A recorder for one connection.

        `interview_ms` turns a `received_ms` into the interview's clock, `None` while that has not begun;
        it is asked again until it has said when. `on_trouble` is called on the loop and must not block.
        """
        path = self._folder(session_id) / f"{connection_id}.webm"
        return Recorder(
            RecordingFile(path),
            self._manifests,
            self._together,
            interview_ms,
            on_trouble,
            self._video_floor_bytes,
        )

    async def parts(self, session_id: UUID) -> tuple[Part, ...]:
        """What was recorded, in order; empty if nothing was. Raises `RecordingUnreadable`."""
        manifest = await asyncio.to_thread(self._manifests.read, self._folder(session_id))
        return manifest.parts

    async def sound(self, session_id: UUID, start_ms: int, end_ms: int) -> tuple[AudioPacket, ...]:
        """The sender's own packets that begin in this span of the interview; empty if nothing was recorded.

        Their timestamps count from the interview's zero, through holes and from part to part. A file that is
        still written gives what has reached the disk. Raises `OSError`.
        """
        parts = await self.parts(session_id)
        return await asyncio.to_thread(sound_between, self._folder(session_id), parts, start_ms, end_ms)

    async def play_part(self, session_id: UUID, file: str, range_header: str | None) -> Playback:
        """One part, or a byte range of it. Raises `NotFound`."""
        part = next((part for part in await self.parts(session_id) if part.file == file), None)
        if part is None:
            raise NotFound
        return await self._play(self._folder(session_id) / part.file, part, range_header)

    async def play_whole(self, session_id: UUID, range_header: str | None) -> Playback:
        """The only part, or all parts joined on the interview's clock (made when asked for).

        Raises `NotFound` when nothing was recorded.
        """
        parts = await self.parts(session_id)
        if not parts:
            raise NotFound
        folder = self._folder(session_id)
        if len(parts) == 1:
            return await self._play(folder / parts[0].file, parts[0], range_header)
        path = await self._joined(session_id, parts)
        pictures = next((part for part in parts if part.video is not None), parts[0])
        return await self._play(path, pictures, range_header)

    async def _joined(self, session_id: UUID, parts: tuple[Part, ...]) -> Path:
        """One join of an interview at a time; whoever asks meanwhile gets what it makes."""
        joining = self._joins.get(session_id)
        if joining is None:
            folder = self._folder(session_id)
            joining = asyncio.get_running_loop().run_in_executor(
                self._joiners, join, folder, parts, folder / WHOLE
            )
            self._joins[session_id] = joining
            joining.add_done_callback(partial(self._join_ended, session_id))
        return await asyncio.shield(joining)  # who leaves takes it from nobody else

    def _join_ended(self, session_id: UUID, joining: asyncio.Future[Path]) -> None:
        del self._joins[session_id]
        if not joining.cancelled() and (error := joining.exception()) is not None:
            log.warning("recording_not_joined", session=str(session_id), error=type(error).__name__)

    async def mend(self, among: Iterable[UUID] | None = None) -> Mended:
        """Complete what a process that has ended left unfinished, in these sessions or in all of them.

        What another process is still at is left to it, and said. Raises `OSError`.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, mend_all, self._root, self._manifests, among
        )

    async def attend(self, session_id: UUID, from_ms: int) -> Attendance:
        """Be at an interview from this moment of it on, for other processes to see. Raises `OSError`."""
        return await asyncio.to_thread(attend, self._folder(session_id), from_ms)

    async def attended(self, session_id: UUID) -> bool:
        """Whether somebody is at an interview: it, or its recording, is not complete. Raises `OSError`."""
        return (await asyncio.to_thread(look, self._folder(session_id))).present

    async def forget_who_left(self, session_id: UUID) -> None:
        """What processes that are gone owed of an interview is written down. Raises `OSError`."""
        await asyncio.to_thread(forget_who_left, self._folder(session_id))

    async def erase(self, session_id: UUID) -> None:
        """Remove all of a session's files; nothing happens if there are none. Raises `OSError`."""
        folder = self._folder(session_id)
        if await asyncio.to_thread(folder.exists):
            await asyncio.to_thread(shutil.rmtree, folder)

    def has_room(self) -> bool:
        """Whether a new interview may begin (F23): enough free space to record it, and the database's own."""
        return shutil.disk_usage(self._root).free >= FREE_FLOOR_BYTES

    def _folder(self, session_id: UUID) -> Path:
        return self._root / str(session_id)

    async def _play(self, path: Path, part: Part, range_header: str | None) -> Playback:
        kind = "audio/webm" if part.video is None else "video/webm"
        content_type = "video/x-matroska" if part.video == "h264" else kind
        try:
            return await asyncio.to_thread(play, path, content_type, range_header)
        except FileNotFoundError:
            raise NotFound from None
