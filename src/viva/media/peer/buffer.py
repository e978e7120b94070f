"""How much the system keeps for the media socket while the event loop is at something else."""

import socket
import sys

import msgspec

from viva.media.peer.gate import RECEIVE_BUFFER_BYTES, _opened


class ReceiveBuffer(msgspec.Struct, frozen=True):
    """What a media socket asks for and what this system grants, in bytes."""

    asked: int
    granted: int


def receive_buffer() -> ReceiveBuffer:
    """Opens such a socket on loopback and looks. Raises `OSError` where there is no UDP at all."""
    with _opened(socket.AF_INET, "127.0.0.1", 0) as opened:
        granted = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    if sys.platform == "linux":
        granted //= 2  # it tells the size with its own bookkeeping, as much again (man 7 socket)
    return ReceiveBuffer(RECEIVE_BUFFER_BYTES, granted)
