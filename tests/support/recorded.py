"""A MediaRecorder's stream of Opus packets: a growing WebM, in pieces as they leave a browser."""

from collections.abc import Iterable, Iterator

from viva.audio import AudioPacket
from viva.media.webm import Tracks, cluster_of, header, track_entries
from viva.media.webm.layout import AUDIO_TRACK
from viva.media.webm.writer import Block


def stream_of(packets: Iterable[AudioPacket], per_piece: int = 5) -> Iterator[bytes]:
    """The header first, then `per_piece` packets each as a cluster."""
    yield header(track_entries(Tracks()), "webm")
    blocks = [Block(AUDIO_TRACK, packet.timestamp // 48, True, packet.data) for packet in packets]
    for start in range(0, len(blocks), per_piece):
        yield cluster_of(blocks[start : start + per_piece]).data
