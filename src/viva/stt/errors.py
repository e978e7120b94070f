"""What can go wrong with a recogniser, by what the relay does about it."""

from viva.platform.errors import Unavailable, VivaError


class Refused(VivaError):
    """The engine will not serve us until somebody changes something: key, credit or request. Do not retry."""

    code = "stt_refused"
    message = "Speech recognition refused our access."


class StreamLost(Unavailable):
    """The engine cannot be reached or let go of us. Try again later; what it has not heard is kept."""

    code = "stt_unavailable"
    message = "Speech recognition is briefly unavailable."
