"""The sink that records one connection: packets into clusters on the loop, clusters to disk in a thread.

The loop only appends to lists. Once a second there is one write of about a tenth of a megabyte, together
with other recorders', in a thread because a disk may stall for seconds (F24) and whoever writes with it.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import msgspec
import structlog

from viva.audio import AudioPacket, VideoFrame
from viva.media.model import ConnectionState, SenderClock
from viva.media.recording.backlog import Backlog
from viva.media.recording.file import RecordingFile
from viva.media.recording.first_picture import video_settings
from viva.media.recording.manifest import Gap, Manifests, Part
from viva.media.recording.placement import PAUSE_MS, Placement
from viva.media.recording.together import Together
from viva.media.webm import CLUSTER_MS, Cluster, Clusters, Tracks

log = structlog.get_logger(__name__)

Trouble = Literal["video_stopped", "stopped", "recovered"]
"""`video_stopped`: the disk is slow or nearly full, sound is still kept. `stopped`: it takes nothing, and
sound waits in memory."""

VIDEO_FLOOR_BYTES = 128 * 1024 * 1024
"""Below this much free space only sound is kept; until `file.FLOOR_BYTES` there is room for hours of it."""
FLUSH_S = 1.0
STALLED_S = 20.0
"""After so long at the end of a recording the log says that its disk is waited for."""
FULL_S = 5.0
"""So long the end of a recording waits for room on a full disk."""


class Recorder:
    """A `MediaSink`. `close` completes the file; it is playable, without its last second, even if killed.

    Nothing is written before the first packet, and nothing while none come (a muted microphone).
    """

    def __init__(
        self,
        file: RecordingFile,
        manifests: Manifests,
        together: Together,
        interview_ms: Callable[[float], int | None],
        on_trouble: Callable[[Trouble], None],
        video_floor_bytes: int = VIDEO_FLOOR_BYTES,
    ) -> None:
        self._file = file
        self._manifests = manifests
        self._together = together
        self._interview_ms = interview_ms
        self._on_trouble = on_trouble
        self._video_floor_bytes = video_floor_bytes
        self._loop = asyncio.get_running_loop()
        self._clusters = Clusters()
        self._backlog = Backlog()
        self._placement: Placement | None = None
        self._part: Part | None = None
        self._tracks = Tracks()
        self._tracks_written = False
        self._began_ms = 0.0
        self._sound_end_ms = 0
        self._disk_low = False
        self._waits_for_keyframe = True
        self._trouble: Trouble = "recovered"
        self._writing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._noted: Part | None = None

    @property
    def part(self) -> Part | None:
        """What the manifest says of this file; `None` before the first packet."""
        return self._part

    def inherit(self, trouble: Trouble) -> None:
        """So it stands with the recorder before this one; that it is over is told when this one works."""
        self._trouble = trouble

    def audio(self, packet: AudioPacket) -> None:
        """Keep a sound packet."""
        if self._closed:
            return
        placement = self._placement or self._begin(packet.spoken_ms)
        time_ms = placement.audio(packet.timestamp, packet.spoken_ms)
        if time_ms - self._sound_end_ms > PAUSE_MS:
            self._gap(self._sound_end_ms, time_ms)
        self._sound_end_ms = time_ms + packet.duration * 1000 // packet.format.sample_rate_hz
        self._take(self._clusters.audio(time_ms, packet.data))

    def video(self, frame: VideoFrame) -> None:
        """Keep a picture, unless the disk is slow or nearly full; after a break from a key frame on."""
        if self._closed or not self._video_wanted(keyframe=frame.keyframe):
            return
        if frame.keyframe and self._tracks.video is None and not self._learn(frame):
            self._waits_for_keyframe = True
            return
        placement = self._placement or self._begin(frame.received_ms)
        time_ms = placement.video(frame.timestamp, frame.received_ms)
        self._take(self._clusters.video(time_ms, frame.data, keyframe=frame.keyframe))

    def clock(self, clock: SenderClock) -> None:
        """Keep sound and picture in step."""
        if self._placement is not None:
            self._placement.note(clock)

    def state(self, state: ConnectionState) -> None:
        """Nothing to do: silence writes nothing, and whoever started the recorder closes it."""

    async def close(self) -> Part | None:
        """Write what is left, the index and the manifest; the finished part, `None` if it holds nothing.

        A stalled disk is waited for, however long. What a full one has no room for within five seconds is
        lost, and a gap; a file for whose index there is no room is left for the next start to mend.
        """
        if self._closed or self._part is None:
            self._closed = True
            return self._part
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._backlog.put(self._clusters.finish(), time.monotonic())
        stalled = self._loop.call_later(STALLED_S, self._tell_stalled)
        try:
            await self._drain()
            finishing = self._together.call(partial(self._finish, self._part))
            self._together.go()
            self._part = await finishing
        except OSError as error:
            log.warning("recording_left_unfinished", file=self._file.path.name, error=type(error).__name__)
        except Exception:  # the next start mends what can be mended
            log.exception("recording_left_unfinished", file=self._file.path.name)
        finally:
            stalled.cancel()
        return self._part

    def _tell_stalled(self) -> None:
        log.warning("recording_waits_for_disk", file=self._file.path.name)

    async def _drain(self) -> None:
        """Wait for the write under way, then write what is left."""
        await self._wait_for_disk()
        until_s = self._loop.time() + FULL_S
        while True:
            self._write()
            await self._wait_for_disk()
            if not self._backlog or self._loop.time() >= until_s:
                break
            await asyncio.sleep(FLUSH_S)
        if lost := self._backlog.take():
            log.error("recording_lost_its_end", file=self._file.path.name, clusters=len(lost))
            self._gap(lost[0].start_ms, self._sound_end_ms)
        self._refresh_start()

    async def _wait_for_disk(self) -> None:
        if self._writing is not None:
            self._together.go()
            await asyncio.wait([self._writing])

    def _finish(self, part: Part) -> Part | None:
        try:
            if self._file.empty:
                log.warning("recording_holds_nothing", file=self._file.path.name)
                self._file.discard()
                return None
            found = self._file.finish()
            part = msgspec.structs.replace(
                part,
                duration_ms=found.duration_ms,
                size_bytes=self._file.path.stat().st_size,
                finished=True,
            )
            self._manifests.put(self._file.path.parent, part)
        finally:  # not before the manifest says so: another process would mend it
            self._file.close()
        return part

    def _begin(self, received_ms: float) -> Placement:
        """With the first packet."""
        self._placement = placement = Placement(received_ms)
        self._began_ms = received_ms
        started_at = datetime.fromtimestamp(time.time() - (time.monotonic() - received_ms / 1000), UTC)
        self._part = Part(self._file.path.name, started_at, self._interview_ms(received_ms))
        self._timer = self._loop.call_later(FLUSH_S, self._flush)
        return placement

    def _video_wanted(self, *, keyframe: bool) -> bool:
        if self._disk_low or self._backlog.slow(time.monotonic()):
            self._waits_for_keyframe = True
            self._say("video_stopped")
            return False
        if self._waits_for_keyframe and not keyframe:
            return False
        if self._waits_for_keyframe and self._trouble == "video_stopped":
            self._say("recovered")
        self._waits_for_keyframe = False
        return True

    def _learn(self, frame: VideoFrame) -> bool:
        """Take the picture's size, and H.264's parameter sets, from the first key frame."""
        settings = video_settings(frame)
        if settings is None:
            return False
        self._tracks, self._tracks_written = Tracks(settings), False
        if self._placement is None:
            self._begin(frame.received_ms)
        self._change(video=settings.codec)
        return True

    def _gap(self, start_ms: int, end_ms: int) -> None:
        self._change(gaps=(*(self._part.gaps if self._part else ()), Gap(start_ms, end_ms)))

    def _change(self, **changes: object) -> None:
        if self._part is not None:
            self._part = msgspec.structs.replace(self._part, **changes)

    def _refresh_start(self) -> None:
        """The interview may have begun after the recording did; where a part lies is said once."""
        if self._part is not None and self._part.start_ms is None:
            self._change(start_ms=self._interview_ms(self._began_ms))

    def _take(self, cluster: Cluster | None) -> None:
        if cluster is not None:
            self._backlog.put(cluster, time.monotonic())
            self._write()

    def _flush(self) -> None:
        """Once a second: nothing stays in memory for longer, also when packets stop coming."""
        self._timer = self._loop.call_later(FLUSH_S, self._flush)
        start_ms = self._clusters.start_ms
        if start_ms is not None and time.monotonic() * 1000 - self._began_ms - start_ms >= CLUSTER_MS:
            self._backlog.put(self._clusters.finish(), time.monotonic())
        self._write()

    def _write(self) -> None:
        """Start a write unless one is under way; only one at a time keeps the order.

        Also when nothing waits, if the disk is still to be told of what was written last: packets may have
        stopped coming (F03).
        """
        if self._writing is not None or self._part is None:
            return
        if not self._backlog and not self._file.sync_is_due():
            return
        clusters = self._backlog.take()
        tracks = None if self._tracks_written else self._tracks
        self._refresh_start()
        job = self._together.call(partial(self._put, tracks, clusters, self._part))
        self._writing = self._loop.create_task(self._written(job, clusters, tracks), name="recorder.written")

    def _put(self, tracks: Tracks | None, clusters: list[Cluster], part: Part) -> int:
        free_bytes = self._file.write(tracks, clusters)
        try:
            self._note(part)
        except OSError as error:  # not the clusters' failure: they would be written a second time
            log.warning("recording_not_noted", file=self._file.path.name, errno=error.errno)
            return 0
        except Exception:  # nor is this
            log.exception("recording_not_noted", file=self._file.path.name)
            return 0
        return free_bytes

    def _note(self, part: Part) -> None:
        if part != self._noted:
            self._manifests.put(self._file.path.parent, part)
            self._noted = part

    async def _written(
        self, job: asyncio.Future[int], clusters: list[Cluster], tracks: Tracks | None
    ) -> None:
        await asyncio.wait([job])
        try:
            if (error := job.exception()) is not None:
                self._failed(error, clusters)
                return
            self._disk_low = job.result() < self._video_floor_bytes
            self._tracks_written = self._tracks_written or tracks is self._tracks
            if self._trouble == "stopped":
                self._say("recovered")
        finally:
            self._backlog.written(time.monotonic())
            self._writing = None

    def _failed(self, error: BaseException, clusters: list[Cluster]) -> None:
        """Whatever it was, the clusters are not on the disk. Of what nobody foresaw the log tells where."""
        unforeseen = None if isinstance(error, OSError) else error
        errno = getattr(error, "errno", None)
        log.warning("recording_write_failed", file=self._file.path.name, errno=errno, exc_info=unforeseen)
        self._disk_low = True
        self._backlog.put_back(clusters)
        self._say("stopped")

    def _say(self, trouble: Trouble) -> None:
        """Tell of a change for the worse once, and of its end."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)
