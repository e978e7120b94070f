"""Speech to text: engines behind one port, and the relay that keeps an interview joined to one of them."""

from viva.stt.assembler import Assembler, SpokenLine
from viva.stt.backlog import Missed
from viva.stt.choice import Choice, choose, describe, standby
from viva.stt.errors import Refused, StreamLost
from viva.stt.failover import Failover
from viva.stt.intake import Finish, RelayTimes
from viva.stt.port import EngineName, StreamOptions, Transcriber, TranscriberStream
from viva.stt.relay import Relay

__all__ = [
    "Assembler",
    "Choice",
    "EngineName",
    "Failover",
    "Finish",
    "Missed",
    "Refused",
    "Relay",
    "RelayTimes",
    "SpokenLine",
    "StreamLost",
    "StreamOptions",
    "Transcriber",
    "TranscriberStream",
    "choose",
    "describe",
    "standby",
]
