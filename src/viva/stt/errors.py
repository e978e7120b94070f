"""What can go wrong with a recogniser, by what the relay does about it."""

from viva.platform.errors import Unavailable, VivaError


class Refused(VivaError):
    """The engine will not serve us until somebody changes something: key, credit or request.

    Asking again makes sense after minutes: whoever is in charge may have paid or put the key right.
    """

    code = "stt_refused"
    message = "Speech recognition refused our access."


class StreamLost(Unavailable):
    """The engine cannot be reached or let go of us. Try again later; what it has not heard is kept.

    `wait_s`: how long the engine asked us to stay away, in seconds; 0 if it did not say.
    """

    code = "stt_unavailable"
    message = "Speech recognition is briefly unavailable."

    def __init__(self, *, wait_s: float = 0.0, retry_after_s: int = 5, **params: object) -> None:
        super().__init__(retry_after_s=retry_after_s, **params)
        self.wait_s = wait_s


class Overrun(StreamLost):
    """What was to be sent next was dropped unsent, so the stream's time is no longer ours: begin another.

    No outage: the engine is there, and slower than what is said.
    """

    def __init__(self) -> None:
        super().__init__(reason="overrun")
