"""The media path: encoded packets in from a browser, files out. It knows no interview and no database.

`MediaGate` answers offers and feeds a `MediaSink`; `Recordings` gives out `Recorder`s (sinks that write WebM)
and plays back what they wrote. `docs/media-path.md` explains it with a picture.
"""

from viva.media.errors import MediaFull, OfferRefused, RecordingUnreadable
from viva.media.ingest import SoundConnection
from viva.media.model import (
    Answer,
    ConnectionState,
    ConnectionStats,
    Fanout,
    MediaConnection,
    MediaSink,
    Offer,
    SenderClock,
)
from viva.media.ogg import opus_packets
from viva.media.peer import (
    ConnectFailed,
    Connection,
    MediaGate,
    PublishingClient,
    ReceiveBuffer,
    receive_buffer,
)
from viva.media.recording import Attendance, Gap, Part, Playback, Recorder, Recordings, Trouble
from viva.media.turn import IceServer, ice_servers
from viva.media.webm.demux import NotOurWebM

__all__ = [
    "Answer",
    "Attendance",
    "ConnectFailed",
    "Connection",
    "ConnectionState",
    "ConnectionStats",
    "Fanout",
    "Gap",
    "IceServer",
    "MediaConnection",
    "MediaFull",
    "MediaGate",
    "MediaSink",
    "NotOurWebM",
    "Offer",
    "OfferRefused",
    "Part",
    "Playback",
    "PublishingClient",
    "ReceiveBuffer",
    "Recorder",
    "RecordingUnreadable",
    "Recordings",
    "SenderClock",
    "SoundConnection",
    "Trouble",
    "ice_servers",
    "opus_packets",
    "receive_buffer",
]
