"""The WebRTC side: the one UDP socket, ICE-lite, DTLS, SRTP and RTCP, and a client of our own.

This folder alone leans on aiortc, aioice and pylibsrtp; `tests/media/peer/test_leaning.py` names on what.
"""

from viva.media.peer.buffer import ReceiveBuffer, receive_buffer
from viva.media.peer.client import ConnectFailed, PublishingClient
from viva.media.peer.connection import Connection
from viva.media.peer.gate import MediaGate

__all__ = [
    "ConnectFailed",
    "Connection",
    "MediaGate",
    "PublishingClient",
    "ReceiveBuffer",
    "receive_buffer",
]
