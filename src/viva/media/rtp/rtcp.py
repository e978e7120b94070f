"""RTCP as a receiver needs it: reports and requests out, sender reports and farewells in (RFC 3550, 4585)."""

import struct
from collections.abc import Iterable

import msgspec

_SENDER_REPORT, _RECEIVER_REPORT, _DESCRIPTION, _BYE, _TRANSPORT, _PAYLOAD = 200, 201, 202, 203, 205, 206
_NTP_EPOCH_S = 2_208_988_800


class SenderReport(msgspec.Struct, frozen=True):
    """The sender's own statement of which RTP timestamp was at which time of its wall clock."""

    ssrc: int
    ntp_ms: float
    ntp_middle: int
    timestamp: int


class Bye(msgspec.Struct, frozen=True):
    """A source has ended."""

    ssrc: int


def parse(data: bytes) -> list[SenderReport | Bye]:
    """What matters here of a compound packet; malformed rests are left unread."""
    found: list[SenderReport | Bye] = []
    position = 0
    while position + 4 <= len(data):
        first, kind, words = struct.unpack_from("!BBH", data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            break
        if kind == _SENDER_REPORT and words >= 6:
            found.append(_sender_report(data, position + 4))
        elif kind == _BYE:
            count = min(first & 0x1F, words)
            found += [Bye(ssrc) for ssrc in struct.unpack_from(f"!{count}I", data, position + 4)]
        position = end
    return found


def _sender_report(data: bytes, position: int) -> SenderReport:
    ssrc, seconds, fraction, timestamp = struct.unpack_from("!IIII", data, position)
    ntp_ms = (seconds - _NTP_EPOCH_S) * 1000 + fraction * 1000 / 2**32
    return SenderReport(ssrc, ntp_ms, (seconds & 0xFFFF) << 16 | fraction >> 16, timestamp)


def sender_report(ssrc: int, unix_ms: float, timestamp: int, packets: int, octets: int) -> bytes:
    """A sender report without report blocks, for our own publishing client."""
    seconds, rest_ms = divmod(unix_ms, 1000)
    fields = (ssrc, int(seconds) + _NTP_EPOCH_S, int(rest_ms * 2**32 / 1000), timestamp, packets, octets)
    return struct.pack("!BBH6I", 0x80, _SENDER_REPORT, 6, *(value & 0xFFFFFFFF for value in fields))


def receiver_report(ssrc: int, blocks: list[bytes]) -> bytes:
    """A report on up to 31 sources; each block is 24 bytes (`Reception.block`)."""
    header = struct.pack("!BBHI", 0x80 | len(blocks), _RECEIVER_REPORT, 1 + 6 * len(blocks), ssrc)
    return header + b"".join(blocks)


def description(ssrc: int, name: bytes) -> bytes:
    """SDES with the CNAME that every compound packet must carry."""
    chunk = struct.pack("!IBB", ssrc, 1, len(name)) + name
    chunk += b"\0" * (4 - len(chunk) % 4)
    return struct.pack("!BBH", 0x81, _DESCRIPTION, len(chunk) // 4) + chunk


def nack(ssrc: int, media_ssrc: int, numbers: Iterable[int]) -> bytes:
    """A generic NACK (RFC 4585, 6.2.1) for these sequence numbers, 17 to an entry."""
    entries: list[list[int]] = []
    for number in sorted(numbers):
        if entries and 0 < number - entries[-1][0] <= 16:
            entries[-1][1] |= 1 << number - entries[-1][0] - 1
        else:
            entries.append([number, 0])
    body = b"".join(struct.pack("!HH", first & 0xFFFF, mask) for first, mask in entries)
    return struct.pack("!BBHII", 0x81, _TRANSPORT, 2 + len(entries), ssrc, media_ssrc) + body


def picture_loss(ssrc: int, media_ssrc: int) -> bytes:
    """Picture loss indication (RFC 4585, 6.3.1): please send a key frame."""
    return struct.pack("!BBHII", 0x81, _PAYLOAD, 2, ssrc, media_ssrc)


def bandwidth(ssrc: int, media_ssrcs: list[int], bits_per_s: int) -> bytes:
    """REMB (draft-alvestrand-rmcat-remb-03): the most that these sources may send together."""
    exponent = max(0, bits_per_s.bit_length() - 18)
    value = len(media_ssrcs) << 24 | exponent << 18 | bits_per_s >> exponent
    body = b"REMB" + struct.pack(f"!I{len(media_ssrcs)}I", value, *media_ssrcs)
    return struct.pack("!BBHII", 0x8F, _PAYLOAD, 2 + len(body) // 4, ssrc, 0) + body


def goodbye(ssrc: int) -> bytes:
    """BYE for our own source."""
    return struct.pack("!BBHI", 0x81, _BYE, 1, ssrc)
