"""Whether the sound of a span has reached the disk, as far as it ever will. Pure.

The recorder keeps sound in memory while its disk stalls (F24) or is full (F23). What is asked for meanwhile
is not there yet, and that is no silence.
"""

from collections.abc import Sequence
from datetime import timedelta

from viva.audio import OPUS_RATE_HZ, AudioPacket
from viva.media import Part
from viva.room.untranscribed import Span

NEAR_MS = 20
"""A file's times and a span's are rounded by themselves; no packet is shorter."""
LONGEST_IN_MEMORY = timedelta(hours=1)
"""A recorder holds half an hour of sound at most. After this nothing more comes."""


def reaches(packets: Sequence[AudioPacket], end_ms: int) -> bool:
    """Whether sound at or after this moment is among the packets; what is written is written in order."""
    return any(
        (packet.timestamp + packet.duration) * 1000 / OPUS_RATE_HZ >= end_ms - NEAR_MS for packet in packets
    )


def is_settled(span: Span, parts: Sequence[Part], *, reached: bool, over: bool, age: timedelta) -> bool:
    """Whether what the parts hold of the span is all that they will.

    `reached`: sound from the span's end, or from later, is there. `over`: the interview is, and nobody is
    at it any more; before that a part may be about to begin, or wait for a disk that took nothing of it yet.
    One that is still written does for its own time only.
    """
    if age >= LONGEST_IN_MEMORY:
        return True
    growing = [
        part for part in parts if not part.finished and (part.start_ms is None or part.start_ms < span.end_ms)
    ]
    if growing:
        return reached and growing == [parts[-1]]
    return reached or over
