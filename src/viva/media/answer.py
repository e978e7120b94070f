"""The writer of our answers (RFC 8829, 8839): ICE-lite, one transport for everything, receive only."""

import msgspec

from viva.media.sdp import RemoteOffer, Section

PTIME_MS = 60
"""Browsers then put three Opus frames into a packet: 16.7 packets a second instead of 50 (media-path.md)."""


class Local(msgspec.Struct, frozen=True):
    """Our side of the transport, as an answer states it."""

    ufrag: str
    password: str
    fingerprint: tuple[str, str]
    addresses: tuple[str, ...]
    port: int
    origin: int


def write_answer(offer: RemoteOffer, local: Local) -> str:
    """The answer: ICE-lite, one transport for all, receive only, sixty-millisecond packets."""
    mids = " ".join(section.mid for section in offer.sections if section.codec)
    lines = ["v=0", f"o=- {local.origin} 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite"]
    lines += [f"a=group:BUNDLE {mids}", "a=msid-semantic:WMS *"]
    for section in offer.sections:
        lines += _answer_section(section, local) if section.codec else _refused_section(section)
    return "\r\n".join(lines) + "\r\n"


def _refused_section(section: Section) -> list[str]:
    m_line = f"m={section.kind} 0 UDP/TLS/RTP/SAVPF {section.first_format}"
    return [m_line, "c=IN IP4 0.0.0.0", f"a=mid:{section.mid}", "a=inactive"]


def _answer_section(section: Section, local: Local) -> list[str]:
    types = " ".join(
        str(number) for number in (section.payload_type, section.repair_type) if number is not None
    )
    lines = [
        f"m={section.kind} {local.port} UDP/TLS/RTP/SAVPF {types}",
        f"c={_connection(local.addresses[0])}",
    ]
    lines += [f"a=rtcp:{local.port} {_connection(local.addresses[0])}"]
    lines += [
        f"a=candidate:{index + 1} 1 udp {2_130_706_431 - 256 * index} {address} {local.port} typ host"
        for index, address in enumerate(local.addresses)
    ]
    lines += ["a=end-of-candidates", f"a=ice-ufrag:{local.ufrag}", f"a=ice-pwd:{local.password}"]
    lines += [f"a=fingerprint:{local.fingerprint[0]} {local.fingerprint[1]}", "a=setup:passive"]
    lines += [f"a=mid:{section.mid}", "a=recvonly", "a=rtcp-mux"]
    return lines + (_opus_lines(section) if section.kind == "audio" else _video_lines(section))


def _connection(address: str) -> str:
    return f"IN {'IP6' if ':' in address else 'IP4'} {address}"


def _opus_lines(section: Section) -> list[str]:
    number = section.payload_type
    return [
        f"a=rtpmap:{number} opus/48000/2",
        f"a=fmtp:{number} minptime=10;useinbandfec=1",
        f"a=ptime:{PTIME_MS}",
        f"a=maxptime:{PTIME_MS}",
    ]


def _video_lines(section: Section) -> list[str]:
    number = section.payload_type
    name = "VP8" if section.codec == "vp8" else "H264"
    lines = [f"a=rtpmap:{number} {name}/90000"]
    if section.parameters:
        lines.append(f"a=fmtp:{number} {section.parameters}")
    lines += [f"a=rtcp-fb:{number} {kind}" for kind in ("nack", "nack pli", "goog-remb")]
    if section.repair_type is not None:
        lines += [f"a=rtpmap:{section.repair_type} rtx/90000", f"a=fmtp:{section.repair_type} apt={number}"]
    return lines
