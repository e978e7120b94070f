"""One WebRTC connection after its answer: handshake, media in, reports out, an end."""

import asyncio
import time
from secrets import token_hex
from typing import Literal, Protocol

import structlog

from viva.media.model import ConnectionState, ConnectionStats, MediaSink
from viva.media.peer.dtls import Certificate, Dtls
from viva.media.peer.media import Media
from viva.media.peer.srtp import PacketBuffer
from viva.media.peer.stun import Address, BindingRequest, response
from viva.media.sdp import RemoteOffer

log = structlog.get_logger(__name__)

TICK_S = 1.0
REPAIR_S = 0.03
REPAIRS_AT_ONCE = 8
"""When more connections than these miss packets, it is this process that is late: then each looks less often,
so that all together take no more time than these would. Else the repair keeps alive what it repairs: of 100
interviews after one stall it took a third of a core, and with it the time to receive the next packets.
"""
SILENT_MS = 5_000.0
"""Browsers check ICE every 2.5 s at least and send sound all the time unless muted."""
LOST_MS = 30_000.0
REPORTED_MS = 1_500.0
"""Whoever is not heard gets no reports, so that a page notices within seconds that its way out is gone."""
ADDRESSES_MAX = 8
DATAGRAMS_PER_S_MAX = 2_000
"""Ten times an honest interview's, checks and handshake among them; the rest is dropped before it costs a
decryption or a signature (S25)."""

STRANGERS_PER_S_MAX = 100
"""Checks from new addresses: a browser has a handful of them, and asks from each a few times a second."""

Final = Literal["failed", "closed"]


class Socket(Protocol):
    """What a connection needs of the gate."""

    def send(self, datagram: bytes, address: Address) -> None:
        """Send now or, when the system's buffer is full, not at all."""
        ...

    def forget(self, connection: "Connection") -> None:
        """This connection has ended."""
        ...

    repairing: int
    """How many connections miss packets at the moment."""


class Connection:
    """One candidate's media. `state` tells how it is; `close` ends it and frees everything it held."""

    def __init__(
        self, offer: RemoteOffer, sink: MediaSink, socket: Socket, certificate: Certificate, password: str
    ) -> None:
        self.id = token_hex(8)
        self.state: ConnectionState = "connecting"
        self.addresses: list[Address] = []
        self._offer = offer
        self._sink = sink
        self._socket = socket
        self._password = password
        self._dtls = Dtls(certificate, "server", offer.fingerprints)
        self._media = Media(offer, sink, self.id)
        self._address: Address | None = None
        self._heard_ms = time.monotonic() * 1000
        self._this_second = self._strangers = 0
        self._loop = asyncio.get_running_loop()
        self._closed = asyncio.Event()
        self._tick_timer = self._loop.call_later(TICK_S, self._tick)
        self._repair_timer: asyncio.TimerHandle | None = None
        self._dtls_timer: asyncio.TimerHandle | None = None

    @property
    def stats(self) -> ConnectionStats:
        """What was counted so far."""
        return self._media.stats

    def begin_speech(self) -> None:
        """As `MediaConnection.begin_speech`."""
        self._media.begin_speech()

    def resume(self, silent_since_ms: float) -> None:
        """As `MediaConnection.resume`."""
        self._media.resume(silent_since_ms)

    async def close(self) -> None:
        """Say farewell and end. Closing twice is fine."""
        self._end("closed")

    async def wait_closed(self) -> ConnectionState:
        """Wait until the connection has ended, on whoever's side; returns `failed` or `closed`."""
        await self._closed.wait()
        return self.state

    # What follows is called by the gate.

    def admits(self) -> bool:
        """Whether one datagram more is let in in this second; if not, it is counted as refused."""
        self._this_second += 1
        if self._this_second <= DATAGRAMS_PER_S_MAX:
            return True
        self._media.refuse()
        return False

    def admits_stranger(self) -> bool:
        """Whether one check more from an address that is not its own yet is looked at in this second. Whoever
        has overheard its name takes nothing by that from what its own addresses may send.
        """
        self._strangers += 1
        if self._strangers <= STRANGERS_PER_S_MAX:
            return True
        self._media.refuse()
        return False

    def check(self, request: BindingRequest, address: Address) -> bool:
        """Answer an ICE check. False, after silence, if it is not the peer's own."""
        if request.peer_ufrag != self._offer.ufrag or not request.authentic(self._password):
            self._media.refuse()
            return False
        self._hear(time.monotonic() * 1000)
        if address not in self.addresses:
            if len(self.addresses) == ADDRESSES_MAX:
                return False
            self.addresses.append(address)
        if request.nominates or self._address is None:
            self._address = address
        self._socket.send(response(request, self._password, address), address)
        return True

    def receive_handshake(self, datagram: bytes, address: Address) -> None:
        """Take a DTLS datagram from a checked address."""
        self._dtls.receive(datagram)
        if self._dtls.outcome != "failed":  # who shows another certificate than announced hears nothing more
            for flight in self._dtls.outgoing():
                self._socket.send(flight, address)
        self._after_handshake_step(address)

    def receive_media(self, buffer: PacketBuffer, size: int, now_ms: float, *, control: bool) -> None:
        """Take an SRTP datagram (SRTCP if `control`), still encrypted, from a checked address."""
        if not self.admits():
            return
        srtp, media, packet = self._dtls.srtp, self._media, None
        if srtp is not None:
            packet = srtp.unprotect_control(buffer, size) if control else srtp.unprotect(buffer, size)
        if packet is None:
            media.refuse()
            return
        self._heard_ms = now_ms
        if self.state == "disconnected":
            self._become("connected")
        if control:
            media.control(packet, now_ms)
        else:
            media.packet(packet, now_ms)
            if self._repair_timer is None and media.waiting:
                self._repair(now_ms)

    # What follows is private.

    def _after_handshake_step(self, address: Address) -> None:
        if self._dtls_timer is not None:
            self._dtls_timer.cancel()
            self._dtls_timer = None
        outcome = self._dtls.outcome
        if outcome == "connected":
            if self.state == "connecting":
                self._become("connected")
        elif outcome == "handshaking":
            timeout_s = self._dtls.timeout_s
            if timeout_s is not None:
                self._dtls_timer = self._loop.call_later(timeout_s, self._retransmit, address)
        else:
            self._end("failed" if outcome == "failed" else "closed")

    def _retransmit(self, address: Address) -> None:
        self._dtls.retransmit()
        for flight in self._dtls.outgoing():
            self._socket.send(flight, address)
        self._after_handshake_step(address)

    def _repair(self, now_ms: float | None = None) -> None:
        """While packets are missing: ask for them, and stop waiting for them in time."""
        now_ms = time.monotonic() * 1000 if now_ms is None else now_ms
        self._send_control(self._media.requests(now_ms))
        if self._media.waiting and not self._closed.is_set():
            self._socket.repairing += 1
            pause_s = REPAIR_S * max(1.0, self._socket.repairing / REPAIRS_AT_ONCE)
            self._repair_timer = self._loop.call_later(pause_s, self._expire)

    def _expire(self) -> None:
        self._repair_timer = None
        self._socket.repairing -= 1
        now_ms = time.monotonic() * 1000
        self._media.expire(now_ms)
        self._repair(now_ms)

    def _tick(self) -> None:
        now_ms = time.monotonic() * 1000
        self._this_second = self._strangers = 0
        silent_ms = now_ms - self._heard_ms
        if silent_ms > LOST_MS:
            self._end("failed")
            return
        if silent_ms > SILENT_MS and self.state == "connected":
            self._become("disconnected")
        if silent_ms < REPORTED_MS:
            self._send_control(self._media.reports(now_ms))
        self._tick_timer = self._loop.call_later(TICK_S, self._tick)

    def _send_control(self, packet: bytes) -> None:
        if packet and self._dtls.srtp is not None and self._address is not None:
            self._socket.send(self._dtls.srtp.protect_control(packet), self._address)

    def _hear(self, now_ms: float) -> None:
        self._heard_ms = now_ms
        if self.state == "disconnected":
            self._become("connected")

    def _become(self, state: ConnectionState) -> None:
        self.state = state
        try:
            self._sink.state(state)
        except Exception:
            log.exception("media_sink_failed", connection=self.id)

    def _end(self, state: Final) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        self._send_control(self._media.farewell())
        told = self._dtls.outcome == "connected" and self._address is not None
        self._dtls.close()
        if told and self._address is not None:
            for flight in self._dtls.outgoing():
                self._socket.send(flight, self._address)
        self._socket.repairing -= self._repair_timer is not None
        for timer in (self._tick_timer, self._repair_timer, self._dtls_timer):
            if timer is not None:
                timer.cancel()
        self._socket.forget(self)
        self._media.flush()
        self._become(state)
