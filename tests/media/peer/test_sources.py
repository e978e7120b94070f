"""S25: how many sources one connection may have; each costs every later packet time."""

import secrets
import struct

import pytest

from viva.media.peer.srtp import SOURCES_MAX, PacketBuffer, Srtp

AES_128_SHA1_80 = 1


class Line:
    """The two ends of one connection."""

    def __init__(self) -> None:
        key = secrets.token_bytes(30)
        self.near = Srtp(AES_128_SHA1_80, receive_key=key, send_key=key)
        self.far = Srtp(AES_128_SHA1_80, receive_key=key, send_key=key)
        self.buffer = PacketBuffer()
        self.sequence = 0

    def sound(self, source: int, *, forged: bool = False) -> bool:
        """Whether a packet of this source comes through."""
        self.sequence += 1
        packet = struct.pack("!BBHII", 0x80, 111, self.sequence, 0, source) + b"sound"
        sealed = self._into(self.far.protect(packet), forged=forged)
        return self.near.unprotect(self.buffer, sealed) is not None

    def report(self, source: int) -> bool:
        """Whether a receiver report of this source comes through."""
        sealed = self._into(self.far.protect_control(struct.pack("!BBHI", 0x80, 201, 1, source)))
        return self.near.unprotect_control(self.buffer, sealed) is not None

    def _into(self, sealed: bytes, *, forged: bool = False) -> int:
        self.buffer.view[: len(sealed)] = sealed[:-1] + bytes((sealed[-1] ^ forged,))
        return len(sealed)


@pytest.fixture
def line() -> Line:
    return Line()


def test_S25_a_sender_that_starts_anew_is_heard_a_number_of_times_and_then_no_more(line: Line) -> None:
    assert [line.sound(source) for source in range(SOURCES_MAX + 1)] == [True] * SOURCES_MAX + [False]
    assert not line.report(SOURCES_MAX)
    assert line.sound(SOURCES_MAX - 1)
    assert line.report(0)


def test_S25_sources_of_reports_count_as_those_of_sound_do(line: Line) -> None:
    assert [line.report(source) for source in range(SOURCES_MAX + 1)] == [True] * SOURCES_MAX + [False]
    assert not line.sound(SOURCES_MAX)
    assert line.sound(0)


def test_S25_whoever_forges_packets_takes_no_sources_place(line: Line) -> None:
    assert not any(line.sound(source, forged=True) for source in range(1_000, 1_000 + 2 * SOURCES_MAX))
    assert line.sound(1)
