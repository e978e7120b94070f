"""A WebRTC client of our own that publishes pre-encoded media: for `viva demo`, the benchmark and tests.

It speaks the real protocols (ICE as the controlling side, DTLS, SRTP) and leaves out what a publisher of
ready-made packets does not need: capture, encoding, playback, repair.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from typing import Any, Self

from viva.audio import OPUS_RATE_HZ
from viva.media.model import Answer, Offer
from viva.media.peer import stun
from viva.media.peer.dtls import Certificate, Dtls
from viva.media.peer.remote import RemoteAnswer, read_answer, write_offer
from viva.media.peer.sender import Sender
from viva.media.peer.srtp import PacketBuffer
from viva.media.peer.stun import Address
from viva.media.rtp import opus
from viva.media.rtp.packet import kind_of

Exchange = Callable[[Offer], Awaitable[Answer]]
"""Carries our offer to the server, by whatever API, and its answer back."""

CHECK_S = 0.05
CONSENT_S = 5.0
VIDEO_PAYLOAD_BYTES = 1_100


class ConnectFailed(Exception):
    """No connection within the time allowed, or the server's certificate is not the one it named."""


class PublishingClient(asyncio.DatagramProtocol):
    """One publishing peer. `async with` closes it; `connect` first, then send."""

    def __init__(self, *, video: bool = False) -> None:
        self._certificate = Certificate()
        self._ufrag, self._password = secrets.token_hex(4), secrets.token_hex(16)
        self._has_video = video
        self._answer: RemoteAnswer | None = None
        self._dtls: Dtls | None = None
        self._address: Address | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._connected = asyncio.Event()
        self._checks: asyncio.Task[None] | None = None
        self._buffer = PacketBuffer()
        self.audio = Sender(payload_type=111, rate_hz=48_000)
        self.video = Sender(payload_type=96, rate_hz=90_000)
        self.control_received = 0
        self._played_until: float | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    async def connect(self, exchange: Exchange, timeout_s: float = 10.0) -> None:
        """Offer, take the answer, check, shake hands. Raises `ConnectFailed`; errors of `exchange` pass."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("0.0.0.0", 0))  # noqa: S104 (a client's own port)
        self._transport = transport
        offer = write_offer(self._ufrag, self._password, self._certificate.fingerprint, video=self._has_video)
        self._answer = read_answer((await exchange(Offer(offer))).sdp)
        self._dtls = Dtls(self._certificate, "client", self._answer.fingerprints)
        self._checks = asyncio.create_task(self._check(), name="publishing_client.checks")
        try:
            async with asyncio.timeout(timeout_s):
                await self._connected.wait()
        except TimeoutError:
            raise ConnectFailed(f"no media connection within {timeout_s:.0f} s") from None
        if self._dtls.outcome != "connected":
            raise ConnectFailed("the handshake failed")

    async def close(self) -> None:
        """Say farewell and free the socket."""
        if self._checks is not None:
            self._checks.cancel()
            await asyncio.gather(self._checks, return_exceptions=True)
        if self._dtls is not None and self._address is not None:
            self._dtls.close()
            self._flush()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def send_audio(self, packet: bytes) -> None:
        """Send one Opus packet now; its place in time follows the one before."""
        self._send(self.audio.packet(packet, marker=self.audio.packets == 0))
        self.audio.advance(opus.packet_samples(packet))

    def send_video(self, frame: bytes, duration: int) -> None:
        """Send one VP8 picture now, in as many packets as it takes; the next is `duration` (90 kHz) later."""
        bounds = [*range(0, len(frame), VIDEO_PAYLOAD_BYTES), len(frame)]
        for start, end in pairwise(bounds):
            payload = (b"\x10" if start == 0 else b"\x00") + frame[start:end]
            self._send(self.video.packet(payload, marker=end == len(frame)))
        self.video.advance(duration)

    def send_reports(self) -> None:
        """Send sender reports for what has been sent."""
        srtp = self._dtls.srtp if self._dtls is not None else None
        for sender in (self.audio, self.video):
            if srtp is not None and sender.packets:
                self._datagram(srtp.protect_control(sender.report(time.time() * 1000)))

    async def play(self, packets: Iterable[bytes]) -> None:
        """Send Opus packets at the pace at which they were spoken; returns after the last one.

        The silence since the last call counts on the track's clock, as a microphone's does.
        """
        began, sent_samples, reported_s = time.monotonic(), 0, 0
        if self._played_until is not None:
            self.audio.advance(max(0, round((began - self._played_until) * OPUS_RATE_HZ)))
        for packet in packets:
            due_s = began + sent_samples / OPUS_RATE_HZ
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            self.send_audio(packet)
            sent_samples += opus.packet_samples(packet)
            if sent_samples // OPUS_RATE_HZ > reported_s:
                reported_s = sent_samples // OPUS_RATE_HZ
                self.send_reports()
        self._played_until = began + sent_samples / OPUS_RATE_HZ

    async def _check(self) -> None:
        """Ask every address of the answer until one replies, then keep consent fresh."""
        answer = self._answer
        if answer is None:
            return
        username, tie_breaker = f"{answer.ufrag}:{self._ufrag}", secrets.randbits(64)
        while True:
            addresses = [self._address] if self._address is not None else list(answer.addresses)
            for address in addresses:
                self._datagram(stun.request(username, answer.password, tie_breaker), address)
            self._step_handshake()
            await asyncio.sleep(CONSENT_S if self._connected.is_set() else CHECK_S)

    def _step_handshake(self) -> None:
        if self._dtls is not None and self._address is not None and self._dtls.timeout_s == 0:
            self._dtls.retransmit()
            self._flush()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Called by asyncio."""
        kind = kind_of(data[0], data[1]) if len(data) > 1 else None
        if self._answer is None or self._dtls is None:
            return
        if kind == "stun" and self._address is None and stun.is_success(data, self._answer.password):
            self._address = (str(addr[0]), addr[1])
            self._dtls.start()
            self._flush()
        elif kind == "dtls":
            self._dtls.receive(data)
            self._flush()
            if self._dtls.outcome != "handshaking":
                self._connected.set()
        elif kind == "rtcp" and self._dtls.srtp is not None:
            self._buffer.view[: len(data)] = data
            if self._dtls.srtp.unprotect_control(self._buffer, len(data)) is not None:
                self.control_received += 1

    def error_received(self, exc: Exception) -> None:
        """Called by asyncio: nobody listens at one of the addresses; others may."""

    def _flush(self) -> None:
        if self._dtls is not None:
            for flight in self._dtls.outgoing():
                self._datagram(flight)

    def _send(self, packet: bytes) -> None:
        if self._dtls is not None and self._dtls.srtp is not None:
            self._datagram(self._dtls.srtp.protect(packet))

    def _datagram(self, data: bytes, address: Address | None = None) -> None:
        target = address or self._address
        if self._transport is not None and target is not None:
            self._transport.sendto(data, target)
