"""Recognition on this machine, without any key: voice activity, then Whisper, in threads.

One model for all interviews. Finals wait their turn; an interim is tried only while a worker has nothing to
do, so interims are the first thing to go when the machine is busy.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Self

import structlog

from viva.audio import AudioPacket, SpeechResult
from viva.stt import metrics, whisper
from viva.stt.ear import Ear, HeardSoFar, Silero
from viva.stt.errors import Refused, StreamLost
from viva.stt.port import EngineName, StreamOptions, TranscriberStream
from viva.stt.utterances import RATE_HZ, Utterance
from viva.stt.whisper import Understood

log = structlog.get_logger(__name__)

INTERIM_EVERY = 2 * RATE_HZ
"""Samples between two attempts to show what is being said: 41 % of a core, against 13 % without."""
QUIET_EVERY = 2 * RATE_HZ
"""So often a silent stream says how far it is, so that nobody keeps its audio for a replay."""
MOST_WAITING = 8
"""Utterances of one stream that wait for a worker; beyond that, `send` waits, too."""


class LocalTranscriber:
    """Whisper in this process. `async with` begins to load the model in the background and ends the threads.

    A stream that is opened earlier waits for the model; it raises `Refused` if that cannot be loaded.
    """

    name: EngineName = "local"

    def __init__(self, model_dir: str = "", workers: int = 0) -> None:
        self._model_dir = model_dir
        self._workers = workers or os.cpu_count() or 1
        self._ears = ThreadPoolExecutor(1, "stt-ear")
        self._minds = ThreadPoolExecutor(self._workers, "stt-whisper")
        self._busy = 0
        self._loading: asyncio.Future[tuple[Any, Any]] | None = None

    async def __aenter__(self) -> Self:
        self.warm_up()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._loading is not None:
            await asyncio.wait([self._loading])
        await asyncio.to_thread(self._minds.shutdown, cancel_futures=True)
        self._ears.shutdown()

    def warm_up(self) -> None:
        """Begin to load the model, once, without waiting for it."""
        if self._loading is None:
            loop = asyncio.get_running_loop()
            self._loading = loop.run_in_executor(self._minds, self._load)
            self._loading.add_done_callback(_tell_if_failed)

    @asynccontextmanager
    async def session(self, options: StreamOptions) -> AsyncIterator[TranscriberStream]:
        """Open a stream. Raises `Refused` if the model cannot be loaded."""
        self.warm_up()
        assert self._loading is not None  # noqa: S101 (`warm_up` has just made it)
        _model, detector = await asyncio.shield(self._loading)
        stream = LocalStream(self, Ear(Silero(detector)), options.language)
        try:
            yield stream
        finally:
            await stream.close()

    async def hear(self, ear: Ear, packets: Sequence[AudioPacket]) -> HeardSoFar:
        """Decode and look for voice, off the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._ears, ear.hear, packets)

    async def understand(self, utterance: Utterance, language: str, *, final: bool) -> Understood:
        """Run the model, off the loop; waits for a free worker."""
        assert self._loading is not None  # noqa: S101 (only streams call this, and they waited for it)
        model = self._loading.result()[0]
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._minds, lambda: whisper.understand(model, utterance, language, with_words=final)
            )
        finally:
            self._busy -= 1

    @property
    def is_idle(self) -> bool:
        """Whether a worker has nothing to do."""
        return self._busy < self._workers

    def _load(self) -> tuple[Any, Any]:
        try:
            return whisper.load(self._model_dir, self._workers), Silero.load()
        except Refused:
            raise
        except Exception as error:  # each of the libraries has its own
            raise Refused(reason=f"the local model cannot be loaded: {error}") from error


class LocalStream:
    """One interview's stretch of recognition."""

    engine: EngineName = "local"

    def __init__(self, engine: LocalTranscriber, ear: Ear, language: str) -> None:
        self._engine = engine
        self._ear = ear
        self._language = language
        self._due: asyncio.Queue[Utterance | SpeechResult | None] = asyncio.Queue(MOST_WAITING)
        self._out: asyncio.Queue[SpeechResult | None] = asyncio.Queue()
        self._interim: asyncio.Task[None] | None = None
        self._shown_at = self._quiet_at = self._position = self._final_until = 0
        self._working = asyncio.create_task(self._work(), name="stt.local.work")

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        """Listen to the packets; waits when more than `MOST_WAITING` utterances are unfinished."""
        await self._take(await self._engine.hear(self._ear, packets))

    async def finalize(self) -> None:
        """End the utterance of the moment; the forced final follows when everything is understood."""
        await self._take(self._ear.flush())
        await self._put(_blank(self._position, forced=True))

    async def keep_alive(self) -> None:
        """Nothing to do: this engine does not fall asleep."""

    async def end(self) -> None:
        """End the utterance of the moment and, after its result, the results."""
        await self._take(self._ear.flush())
        await self._put(_blank(self._position, forced=False))
        await self._put(None)

    async def results(self) -> AsyncIterator[SpeechResult]:
        """What was understood, in the order in which it was said. Raises `StreamLost` if the model failed."""
        while (result := await self._out.get()) is not None:
            yield result
        await self._working

    async def close(self) -> None:
        """Forget what is unfinished."""
        for task in (self._working, self._interim):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _take(self, heard: HeardSoFar) -> None:
        self._position = heard.position
        for utterance in heard.utterances:
            await self._put(utterance)
        if heard.current is None:
            self._shown_at = heard.position
            if heard.quiet_until - self._quiet_at >= QUIET_EVERY:
                self._quiet_at = heard.quiet_until
                await self._put(_blank(heard.quiet_until, forced=False))
        elif heard.position - self._shown_at >= INTERIM_EVERY:
            self._shown_at = heard.position
            self._try_interim(heard.current)

    async def _put(self, due: Utterance | SpeechResult | None) -> None:
        if self._working.done():
            raise StreamLost(reason="the local engine failed")
        await self._due.put(due)

    def _try_interim(self, utterance: Utterance) -> None:
        busy = self._interim is not None and not self._interim.done()
        if busy or not self._due.empty() or not self._engine.is_idle:
            metrics.captions_skipped.inc()
            return
        self._interim = asyncio.create_task(self._show(utterance), name="stt.local.interim")

    async def _show(self, utterance: Utterance) -> None:
        understood = await self._engine.understand(utterance, self._language, final=False)
        if understood.text and self._final_until <= utterance.start:
            self._out.put_nowait(_result(understood, utterance, is_final=False))

    async def _work(self) -> None:
        try:
            while (due := await self._due.get()) is not None:
                if isinstance(due, Utterance):
                    understood = await self._engine.understand(due, self._language, final=True)
                    self._final_until = due.end
                    due = _result(understood, due, is_final=True)
                self._out.put_nowait(due)
        except RuntimeError as error:
            raise StreamLost(reason=str(error)) from error
        finally:
            self._out.put_nowait(None)


def _result(understood: Understood, utterance: Utterance, *, is_final: bool) -> SpeechResult:
    return SpeechResult(
        text=understood.text,
        is_final=is_final,
        start_ms=utterance.start * 1000 // RATE_HZ,
        end_ms=utterance.end * 1000 // RATE_HZ,
        confidence=understood.confidence,
        words=understood.words,
    )


def _blank(position: int, *, forced: bool) -> SpeechResult:
    at_ms = position * 1000 // RATE_HZ
    return SpeechResult("", is_final=True, start_ms=at_ms, end_ms=at_ms, confidence=0.0, forced=forced)


def _tell_if_failed(loading: asyncio.Future[tuple[Any, Any]]) -> None:
    if not loading.cancelled() and (error := loading.exception()) is not None:
        log.error("stt_local_model_not_loaded", exc_info=error)
