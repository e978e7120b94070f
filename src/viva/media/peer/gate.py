"""The one UDP socket by which all media comes in, and who gets which datagram."""

import asyncio
import contextlib
import errno
import secrets
import socket
import sys
import time
from typing import Self

import structlog

from viva.media.answer import Local, write_answer
from viva.media.errors import MediaFull
from viva.media.model import Answer, MediaSink, Offer
from viva.media.peer import stun
from viva.media.peer.addresses import announced
from viva.media.peer.connection import Connection
from viva.media.peer.dtls import Certificate
from viva.media.peer.srtp import PacketBuffer
from viva.media.peer.stun import Address
from viva.media.rtp.packet import kind_of
from viva.media.sdp import read_offer

log = structlog.get_logger(__name__)

RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024
"""Holds a second of a hundred interviews, should the loop be late: a packet counts for 2 KiB and more."""
_FORCE = 33
"""Linux's SO_RCVBUFFORCE: the size holds whatever `net.core.rmem_max` says, for whoever may say so."""
_PER_WAKE = 64
"""Datagrams taken in one go before other work gets its turn."""
_MANY = 8
_REST_S = 0.010
"""From so many connections on, the socket is read every 10 ms instead of at once: waking up costs as much as
twenty datagrams do. With few, a look that finds nothing would cost more than it saves."""


class MediaGate:
    """All peers on one port, told apart by their ICE user name and then by their address.

    As an ICE-lite answerer it sends only to where an authenticated check came from. Open and close it with
    `async with`; an address in use raises `OSError`.
    """

    def __init__(self, *, port: int, address: str = "", bind: str = "", connections_max: int = 500) -> None:
        self._port = port
        self._announced = address
        self._bind = bind
        self._connections_max = connections_max
        self._socket: socket.socket | None = None
        self._six: socket.socket | None = None
        self._certificate = Certificate()
        self._buffer = PacketBuffer()
        self._view = memoryview(self._buffer.view)
        self._by_ufrag: dict[str, Connection] = {}
        self._by_address: dict[Address, Connection] = {}
        self._ufrags: dict[Connection, str] = {}
        self._rest: asyncio.TimerHandle | None = None
        self.repairing = 0

    async def __aenter__(self) -> Self:
        self._socket = opened = _opened(socket.AF_INET, self._bind, self._port)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(opened.fileno(), self._look)
        self._open_six()
        return self

    def _open_six(self) -> None:
        """The same port by IPv6, where this machine has that."""
        if self._bind:
            return
        try:
            self._six = _opened(socket.AF_INET6, "", self.port)
        except OSError as error:
            log.info("media_without_ipv6", errno=error.errno)
        else:
            self._loop.add_reader(self._six.fileno(), self._read, self._six)

    async def __aexit__(self, *_exc: object) -> None:
        for connection in self.connections:
            await connection.close()
        if self._socket is not None:
            if self._rest is not None:
                self._rest.cancel()
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        if self._six is not None:
            self._loop.remove_reader(self._six.fileno())
            self._six.close()
            self._six = None

    @property
    def port(self) -> int:
        """The port that is really bound (the setting may have been 0)."""
        if self._socket is None:
            return self._port
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Those that have not ended."""
        return tuple(self._ufrags)

    async def answer(self, offer: Offer, sink: MediaSink) -> tuple[Answer, Connection]:
        """Answer a browser's complete offer; media then flows into `sink`, first its `connected` state.

        Raises `OfferRefused` (400) for what is malformed or not taken, `MediaFull` (503).
        """
        remote = read_offer(offer)
        addresses = await announced(self._announced, six=self._six is not None)
        if len(self._ufrags) >= self._connections_max:
            raise MediaFull(retry_after_s=60)
        ufrag, password = secrets.token_hex(4), secrets.token_hex(16)
        connection = Connection(remote, sink, self, self._certificate, password)
        self._by_ufrag[ufrag] = connection
        self._ufrags[connection] = ufrag
        local = Local(
            ufrag=ufrag,
            password=password,
            fingerprint=self._certificate.fingerprint,
            addresses=addresses,
            port=self.port,
            origin=secrets.randbits(62),
        )
        return Answer(write_answer(remote, local)), connection

    def send(self, datagram: bytes, address: Address) -> None:
        """Send at once; what the system will not take is lost, as datagrams may be."""
        by = self._six if ":" in address[0] else self._socket
        if by is None:
            return
        try:
            by.sendto(datagram, address)
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.ENOBUFS}:
                log.debug("media_send_failed", errno=error.errno)

    def forget(self, connection: Connection) -> None:
        """Free what leads to a connection that has ended."""
        ufrag = self._ufrags.pop(connection, None)
        if ufrag is not None:
            self._by_ufrag.pop(ufrag, None)
        for address in connection.addresses:
            if self._by_address.get(address) is connection:
                del self._by_address[address]

    def _look(self) -> None:
        """Called when something has come, or when a rest is over."""
        more = True
        try:
            more = self._socket is not None and self._read(self._socket)
        finally:
            self._arrange_next(more=more)

    def _read(self, source: socket.socket) -> bool:
        """Take what waits; whether there may be more."""
        now_ms = time.monotonic() * 1000
        receive, buffer, view = source.recvfrom_into, self._buffer, self._view
        connected = self._by_address.get
        for _ in range(_PER_WAKE):
            try:
                size, address = receive(view)
            except BlockingIOError:
                return False
            except OSError as error:  # an ICMP error of something sent earlier
                log.debug("media_receive_failed", errno=error.errno)
                continue
            connection = connected(address)
            if connection is None or not 128 <= view[0] < 192:
                self._route(size, address)
            else:
                connection.receive_media(buffer, size, now_ms, control=192 <= view[1] <= 223)
        return True

    def _arrange_next(self, *, more: bool) -> None:
        """With many connections the next look is by the clock, else when something comes."""
        if self._socket is None:
            return
        if len(self._ufrags) >= _MANY:
            if self._rest is None:
                self._loop.remove_reader(self._socket.fileno())
            self._rest = self._loop.call_later(0 if more else _REST_S, self._look)
        elif self._rest is not None:
            self._rest = None
            self._loop.add_reader(self._socket.fileno(), self._look)

    def _route(self, size: int, address: Address) -> None:
        """Whatever is no media of a known address."""
        connection = self._by_address.get(address)
        if connection is not None and not connection.admits():
            return
        kind = kind_of(self._view[0], self._view[1]) if size > 1 else None
        if kind == "stun":
            self._check(self._buffer.bytes(size), address)
        elif kind == "dtls" and connection is not None:
            connection.receive_handshake(self._buffer.bytes(size), address)

    def _check(self, datagram: bytes, address: Address) -> None:
        """It may come from an address that is not known yet; whose it is, it says itself."""
        request = stun.read_request(datagram)
        connection = self._by_ufrag.get(request.ufrag) if request is not None else None
        if request is None or connection is None:
            return
        is_known = self._by_address.get(address) is connection
        if (is_known or connection.admits_stranger()) and connection.check(request, address):
            self._by_address[address] = connection


def _opened(family: socket.AddressFamily, bind: str, port: int) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        _enlarge(opened)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((bind, port))
    except OSError:
        opened.close()
        raise
    return opened


def _enlarge(opened: socket.socket) -> None:
    """As far as the system allows it."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # only the host's administrator may go beyond its limit
            opened.setsockopt(socket.SOL_SOCKET, _FORCE, RECEIVE_BUFFER_BYTES)
