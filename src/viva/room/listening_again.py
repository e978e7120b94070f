"""A stretch of the recording played to an engine, through the same relay that listens to a live voice."""

import asyncio
from collections.abc import Sequence

from viva.audio import OPUS_RATE_HZ, AudioPacket, SpeechEvent, SpeechResult, SpeechTrouble
from viva.platform.errors import Unavailable
from viva.stt import Relay, RelayTimes, StreamOptions, Transcriber

GIVE_UP_AFTER_S = 5.0
"""An engine that cannot be reached for this long is asked again by the next attempt of the job."""
SLOWEST = 2.0
"""Seconds that an engine may need for a second of sound, beside `PATIENCE_S`."""
PATIENCE_S = 60.0
PIECE_S = 0.1


class EngineAway(Unavailable):
    """No engine heard the stretch to its end; nothing of it counts as heard."""

    code = "stt_unavailable"
    message = "Speech recognition is briefly unavailable."


async def listen_again(
    engine: Transcriber, options: StreamOptions, packets: Sequence[AudioPacket], *, pace: float
) -> list[SpeechResult]:
    """All that is said in `packets`, on the clock of their timestamps. Raises `EngineAway`.

    `pace`: how many seconds of sound are sent in a second.
    """
    hearing = _Hearing()
    length_s = sum(packet.duration for packet in packets) / OPUS_RATE_HZ
    times = RelayTimes(
        ring_ms=round(length_s * 1000) + 1_000,
        unavailable_after_s=GIVE_UP_AFTER_S,
        send_timeout_s=PATIENCE_S,
    )
    async with Relay(engine, options, hearing.take, times=times) as relay:
        playing = asyncio.create_task(_play(relay, packets, pace), name="listening_again.play")
        failing = asyncio.create_task(hearing.failed.wait(), name="listening_again.failed")
        try:
            await asyncio.wait([playing, failing], return_when=asyncio.FIRST_COMPLETED)
            complete = not hearing.failed.is_set() and await playing
        finally:
            for task in (playing, failing):
                task.cancel()
            await asyncio.gather(playing, failing, return_exceptions=True)
            relay.give_up()
    if not complete:
        raise EngineAway
    return hearing.finals


class _Hearing:
    """What the relay tells."""

    def __init__(self) -> None:
        self.finals: list[SpeechResult] = []
        self.failed = asyncio.Event()

    def take(self, event: SpeechEvent) -> None:
        if isinstance(event, SpeechResult) and event.is_final:
            self.finals.append(event)
        elif isinstance(event, SpeechTrouble) and event.code != "reconnecting":
            self.failed.set()


async def _play(relay: Relay, packets: Sequence[AudioPacket], pace: float) -> bool:
    """Whether everything became final."""
    played_s = 0.0
    for packet in packets:
        relay.feed(packet, packet.timestamp * 1000 / OPUS_RATE_HZ)
        before, played_s = played_s, played_s + packet.duration / OPUS_RATE_HZ
        if played_s // PIECE_S > before // PIECE_S:
            await asyncio.sleep(PIECE_S / pace)
    return await relay.finalize(PATIENCE_S + SLOWEST * played_s)
