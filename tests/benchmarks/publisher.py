"""A real WebRTC publisher that costs next to nothing: negotiated in earnest, then fed from ready packets.

ICE, DTLS and the keys are `PublishingClient`'s. After that a packet is a header written into a buffer, one
call of libsrtp and one `sendto`, all from the pacing thread.
"""

import os
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from pylibsrtp._binding import ffi, lib
from tests.benchmarks.clip import FRAME_MS, FRAME_SAMPLES, PICTURES_PER_S, Clip
from tests.benchmarks.model import stamp, stamped_sound

from viva.media import PublishingClient
from viva.media.peer import stun
from viva.media.rtp import rtcp
from viva.media.rtp.packet import kind_of

AUDIO_TYPE, VIDEO_TYPE = 111, 96
PICTURE_TICKS = 90_000 // PICTURES_PER_S
SPACING_S = 0.005
"""A browser's pacer lets a burst out every 5 ms; at this bit rate that is one packet of a picture."""
_HEADER = struct.Struct("!BBHII")
_RECEIVER_REPORT, _BLOCK = 201, struct.Struct("!II I 12x")
_BUFFER_BYTES = 2_048


class Source:
    """One SSRC: numbers, stamps, seals and sends what it is given."""

    def __init__(self, payload_type: int, context: Any, send: Callable[[memoryview], object]) -> None:
        self.ssrc = secrets.randbits(32)
        self.sequence = secrets.randbits(15)
        """Of the next packet, not wrapped."""
        self.timestamp = secrets.randbits(31)
        self.packets = self.octets = 0
        self._type = payload_type
        self._context = context
        self._send = send
        self._data = ffi.new("unsigned char[]", _BUFFER_BYTES)
        self._view = memoryview(ffi.buffer(self._data))
        self._size = ffi.new("int *")

    def give(self, payload: bytes, tail: bytes = b"", *, marker: bool) -> None:
        """Send a payload, its end replaced by `tail`."""
        size, view = 12 + len(payload), self._view
        second = self._type | (0x80 if marker else 0)
        _HEADER.pack_into(view, 0, 0x80, second, self.sequence & 0xFFFF, self.timestamp, self.ssrc)
        view[12:size] = payload
        view[size - len(tail) : size] = tail
        self._size[0] = size
        if lib.srtp_protect(self._context, self._data, self._size):
            raise RuntimeError("a packet could not be sealed")
        self._send(view[: self._size[0]])
        self.sequence += 1
        self.packets += 1
        self.octets += len(payload)

    def advance(self, ticks: int) -> None:
        """What follows is later by this much."""
        self.timestamp = (self.timestamp + ticks) & 0xFFFFFFFF

    def report(self) -> bytes:
        """A sender report for now."""
        return rtcp.sender_report(self.ssrc, time.time() * 1000, self.timestamp, self.packets, self.octets)


class Publisher(PublishingClient):
    """Connects as its base does; `begin` makes its sources, the pacer runs `sound`, `pictures`, `reports`."""

    def __init__(self, clip: Clip) -> None:
        super().__init__(video=bool(clip.pictures))
        self._clip = clip
        self._heard: dict[int, tuple[int, int]] = {}
        self.sources: tuple[Source, ...] = ()

    def begin(self) -> None:
        """Take over the socket and the keys of the connection."""
        assert self._dtls is not None
        assert self._dtls.srtp is not None
        assert self._transport is not None
        assert self._address is not None
        opened = self._transport.get_extra_info("socket")
        self._out = socket.socket(fileno=os.dup(opened.fileno()))
        self._out.connect(self._address)
        context = self._dtls.srtp._sender._srtp[0]
        types = (AUDIO_TYPE, VIDEO_TYPE) if self._clip.pictures else (AUDIO_TYPE,)
        self.sources = tuple(Source(kind, context, self._out.send) for kind in types)

    async def close(self) -> None:
        """As the base, and the second handle on the socket."""
        await super().close()
        if self.sources:
            self._out.close()

    def vanish(self) -> None:
        """Free the sockets without a farewell: the server has to find out."""
        if self._checks is not None:
            self._checks.cancel()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        if self.sources:
            self._out.close()
            self.sources = ()

    @property
    def sent(self) -> int:
        """RTP packets of all sources."""
        return sum(source.packets for source in self.sources)

    @property
    def lost(self) -> int:
        """By the server's own receiver reports: what it counted as missing, and what it never came to."""
        missing = 0
        for source in self.sources:
            highest, lost = self._heard.get(source.ssrc, (source.sequence - source.packets - 1, 0))
            missing += source.sequence - 1 - highest + lost
        return missing

    def streams(self) -> list[Iterator[float]]:
        """All that the pacer is to run."""
        streams = [self.sound(), self.reports()]
        return [*streams, self.pictures()] if len(self.sources) > 1 else streams

    def sound(self) -> Iterator[float]:
        """Send one packet at each step; yields after how many seconds from the first the next is due.

        As long as the answer wished for, as browsers do: 60 ms for ours, 20 ms for the original's design.
        """
        assert self._answer is not None
        source, frames = self.sources[0], self._clip.sound
        together = max(1, self._answer.ptime_ms // FRAME_MS)
        packets = [
            stamped_sound(frames[start : start + together])
            for start in range(0, len(frames) - together + 1, together)
        ]
        for number in count():
            source.give(packets[number % len(packets)], stamp(), marker=number == 0)
            source.advance(together * FRAME_SAMPLES)
            yield (number + 1) * together * FRAME_MS / 1000

    def pictures(self) -> Iterator[float]:
        """The same for the picture: its packets spaced as a browser's pacer does."""
        source, number = self.sources[1], 0
        while True:
            packets = self._clip.pictures[number % len(self._clip.pictures)]
            spacing_s = min(SPACING_S, 1 / PICTURES_PER_S / len(packets))
            for place, payload in enumerate(packets):
                source.give(payload, marker=place == len(packets) - 1)
                if place < len(packets) - 1:
                    yield number / PICTURES_PER_S + (place + 1) * spacing_s
            source.advance(PICTURE_TICKS)
            number += 1
            yield number / PICTURES_PER_S

    def reports(self) -> Iterator[float]:
        """Sender reports, once a second."""
        assert self._dtls is not None
        assert self._dtls.srtp is not None
        seconds = 0
        while True:
            for source in self.sources:
                if source.packets:
                    self._out.send(self._dtls.srtp.protect_control(source.report()))
            seconds += 1
            yield float(seconds)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """As the base; checks of a full ICE agent are answered, and receiver reports are read."""
        kind = kind_of(data[0], data[1]) if len(data) > 1 else None
        if kind == "stun" and (request := stun.read_request(data)) is not None:
            self._datagram(stun.response(request, self._password, (str(addr[0]), addr[1])), addr)
        elif kind == "rtcp" and self._dtls is not None and self._dtls.srtp is not None:
            self._buffer.view[: len(data)] = data
            self._read_reports(self._dtls.srtp.unprotect_control(self._buffer, len(data)) or b"")
        else:
            super().datagram_received(data, addr)

    def _read_reports(self, packet: bytes) -> None:
        position = 0
        while position + 8 <= len(packet):
            first, kind, words = struct.unpack_from("!BBH", packet, position)
            if kind == _RECEIVER_REPORT:
                for block in range(first & 0x1F):
                    ssrc, lost, highest = _BLOCK.unpack_from(packet, position + 8 + 24 * block)
                    self._heard[ssrc] = (highest, lost & 0x7FFFFF)
            position += 4 + 4 * words
