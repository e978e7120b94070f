"""What listens to the candidate's connection: sound goes to the recogniser while an answer is under way."""

from collections.abc import Callable

from viva.audio import AudioPacket, VideoFrame
from viva.media import ConnectionState, SenderClock

Feed = Callable[[AudioPacket], None]


class Ears:
    """A media sink without a will of its own: it passes sound and states on."""

    def __init__(self, feed: Feed, changed: Callable[[ConnectionState], None]) -> None:
        self._feed = feed
        self._changed = changed

    def audio(self, packet: AudioPacket) -> None:
        """To the recogniser, if it is its turn."""
        self._feed(packet)

    def video(self, frame: VideoFrame) -> None:
        """Pictures go to the recorder alone; nobody judges them."""

    def clock(self, clock: SenderClock) -> None:
        """Only the recorder needs the sender's clock."""

    def state(self, state: ConnectionState) -> None:
        """Tell the interview."""
        self._changed(state)
