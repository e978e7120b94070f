"""A strict reader of session descriptions (RFC 8829, 8843, 8445), without I/O.

An offer is checked completely before anything is made for it (S27). Its ICE candidates are not even read:
an ICE-lite answerer sends nothing that it was not asked by an authenticated packet (S21).
"""

import re
from typing import Literal

import msgspec

from viva.media.errors import OfferRefused, OfferTooLarge
from viva.media.model import Offer, VideoCodec

OFFER_MAX_BYTES = 32 * 1024
SECTIONS_MAX = 3

_LINE = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f\x7f]*")
_M_LINE = re.compile(r"(audio|video|application) (\d{1,5}) (\S+) (.+)")
_ICE_CHARS = re.compile(r"[A-Za-z0-9+/]+")
_MID = re.compile(r"[A-Za-z0-9._~!%*+-]{1,32}")
_FINGERPRINT = re.compile(r"(sha-256|sha-384|sha-512) ((?:[0-9A-F]{2}:){31,63}[0-9A-F]{2})", re.IGNORECASE)
_DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_RTPMAP = re.compile(r"(\d{1,3}) ([A-Za-z0-9._-]+)/(\d{1,6})(?:/(\d))?")
_FMTP = re.compile(r"(\d{1,3}) (.*)")


class Section(msgspec.Struct, frozen=True):
    """One m-line: what is taken of it, or that it is refused (`payload_type` is `None`)."""

    kind: Literal["audio", "video"]
    mid: str
    first_format: str
    payload_type: int | None = None
    codec: Literal["opus"] | VideoCodec | None = None
    repair_type: int | None = None
    parameters: str = ""


class RemoteOffer(msgspec.Struct, frozen=True):
    """A checked offer."""

    ufrag: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    @property
    def audio(self) -> Section:
        """The one audio section that is taken."""
        return next(section for section in self.sections if section.codec == "opus")

    @property
    def video(self) -> Section | None:
        """The one video section that is taken, if any."""
        taken = (section for section in self.sections if section.kind == "video" and section.codec)
        return next(taken, None)


class _Block:
    """The lines of the session or of one m-line, its attributes by name."""

    def __init__(self, m_line: str = "") -> None:
        self.m_line = m_line
        self.attributes: dict[str, list[str]] = {}

    def add(self, line: str) -> None:
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            self.attributes.setdefault(name, []).append(value.strip())

    def one(self, name: str) -> str | None:
        values = self.attributes.get(name)
        return values[0] if values else None


def read_offer(offer: Offer) -> RemoteOffer:
    """Check and understand an offer. Raises `OfferRefused` with the reason."""
    if offer.type != "offer":
        raise OfferRefused(reason="type must be 'offer'")
    if len(offer.sdp.encode("utf-8", "surrogatepass")) > OFFER_MAX_BYTES:
        raise OfferTooLarge(reason=f"it is longer than {OFFER_MAX_BYTES} bytes")
    session, blocks = _blocks(offer.sdp)
    if "ice-lite" in session.attributes:
        raise OfferRefused(reason="ICE-lite on both sides cannot connect")
    sections = _only_first_of_each([_section(block) for block in blocks])
    taken = [
        (block, section) for block, section in zip(blocks, sections, strict=True) if section.codec is not None
    ]
    if not any(section.codec == "opus" for section in sections):
        raise OfferRefused(reason="it sends no Opus audio")
    _check_bundle(session, sections, [section for _, section in taken])
    ufrag, password = _ice(session, taken[0][0])
    for block, _ in taken:
        _check_transport(session, block)
    return RemoteOffer(ufrag, password, _fingerprints(session, taken[0][0]), sections)


def _blocks(sdp: str) -> tuple[_Block, list[_Block]]:
    lines = sdp.replace("\r\n", "\n").rstrip("\n").split("\n")
    if lines[0] != "v=0":
        raise OfferRefused(reason="it does not begin with v=0")
    session, blocks = _Block(), list[_Block]()
    for line in lines:
        if not _LINE.fullmatch(line):
            raise OfferRefused(reason="a line is not of the form x=value")
        if line.startswith("m="):
            blocks.append(_Block(line[2:]))
        else:
            (blocks[-1] if blocks else session).add(line)
    if not 1 <= len(blocks) <= SECTIONS_MAX:
        raise OfferRefused(reason=f"it has {len(blocks)} media sections; 1 to {SECTIONS_MAX} are taken")
    return session, blocks


def _section(block: _Block) -> Section:
    found = _M_LINE.fullmatch(block.m_line)
    if found is None:
        raise OfferRefused(reason="an m-line cannot be read")
    kind, port, protocol, formats = found.groups()
    if protocol != "UDP/TLS/RTP/SAVPF" or kind == "application":
        raise OfferRefused(reason="only UDP/TLS/RTP/SAVPF is taken")
    mid = block.one("mid")
    if mid is None or not _MID.fullmatch(mid):
        raise OfferRefused(reason="a media section has no proper mid")
    types = formats.split()
    if not all(text.isascii() and text.isdecimal() and int(text) < 128 for text in types):
        raise OfferRefused(reason="a payload type is not a number from 0 to 127")
    refused = Section("audio" if kind == "audio" else "video", mid, types[0])
    if port == "0" or "recvonly" in block.attributes or "inactive" in block.attributes:
        return refused
    return _taken(refused, {int(text) for text in types}, block)


def _taken(section: Section, types: set[int], block: _Block) -> Section:
    codecs = _codecs(block, types)
    parameters = _parameters(block)
    if section.kind == "audio":
        for payload_type, codec in codecs.items():
            if codec == ("opus", 48_000, 2):
                return msgspec.structs.replace(section, payload_type=payload_type, codec="opus")
        return section
    return _video(section, codecs, parameters)


def _video(section: Section, codecs: dict[int, tuple[str, int, int]], parameters: dict[int, str]) -> Section:
    chosen: tuple[int, VideoCodec] | None = None
    for payload_type, (name, rate_hz, _) in codecs.items():
        if name == "vp8" and rate_hz == 90_000:
            chosen = (payload_type, "vp8")
            break
        whole = "packetization-mode=1" in parameters.get(payload_type, "")
        if name == "h264" and rate_hz == 90_000 and whole and chosen is None:
            chosen = (payload_type, "h264")
    if chosen is None:
        return section
    repair = (
        payload_type
        for payload_type, (name, _, _) in codecs.items()
        if name == "rtx" and parameters.get(payload_type, "").split(";")[0] == f"apt={chosen[0]}"
    )
    return msgspec.structs.replace(
        section,
        payload_type=chosen[0],
        codec=chosen[1],
        repair_type=next(repair, None),
        parameters=parameters.get(chosen[0], "") if chosen[1] == "h264" else "",
    )


def _codecs(block: _Block, types: set[int]) -> dict[int, tuple[str, int, int]]:
    codecs = {}
    for value in block.attributes.get("rtpmap", []):
        found = _RTPMAP.fullmatch(value)
        if found is None:
            raise OfferRefused(reason="an rtpmap cannot be read")
        payload_type = int(found[1])
        if payload_type in types:
            codecs[payload_type] = (found[2].lower(), int(found[3]), int(found[4] or 1))
    return codecs


def _parameters(block: _Block) -> dict[int, str]:
    found = (_FMTP.fullmatch(value) for value in block.attributes.get("fmtp", []))
    return {int(match[1]): match[2] for match in found if match is not None}


def _only_first_of_each(sections: list[Section]) -> tuple[Section, ...]:
    """Take one sound and one picture; refuse the rest (every track that is not read is refused)."""
    seen: set[str] = set()
    mids: set[str] = set()
    result = []
    for section in sections:
        if section.mid in mids:
            raise OfferRefused(reason="two media sections have the same mid")
        mids.add(section.mid)
        taken = section.codec is not None and section.kind not in seen
        if taken:
            seen.add(section.kind)
        result.append(section if taken else Section(section.kind, section.mid, section.first_format))
    return tuple(result)


def _check_bundle(session: _Block, sections: tuple[Section, ...], taken: list[Section]) -> None:
    groups = [value.split() for value in session.attributes.get("group", [])]
    bundled = next((set(group[1:]) for group in groups if group[:1] == ["BUNDLE"]), set())
    if not {section.mid for section in taken} <= bundled and len(taken) > 1:
        raise OfferRefused(reason="all media must be bundled")
    if not bundled <= {section.mid for section in sections}:
        raise OfferRefused(reason="the bundle names an unknown mid")
    types = [number for section in taken for number in (section.payload_type, section.repair_type)]
    known = [number for number in types if number is not None]
    if len(known) != len(set(known)):
        raise OfferRefused(reason="bundled sections share a payload type")


def _ice(session: _Block, block: _Block) -> tuple[str, str]:
    ufrag = block.one("ice-ufrag") or session.one("ice-ufrag") or ""
    password = block.one("ice-pwd") or session.one("ice-pwd") or ""
    if not (_ICE_CHARS.fullmatch(ufrag) and 4 <= len(ufrag) <= 256):
        raise OfferRefused(reason="the ICE user name cannot be used")
    if not (_ICE_CHARS.fullmatch(password) and 22 <= len(password) <= 256):
        raise OfferRefused(reason="the ICE password cannot be used")
    return ufrag, password


def _check_transport(session: _Block, block: _Block) -> None:
    if "rtcp-mux" not in block.attributes:
        raise OfferRefused(reason="rtcp-mux is needed")
    if "crypto" in block.attributes or "crypto" in session.attributes:
        raise OfferRefused(reason="keys in the description (SDES) are not taken")
    setup = block.one("setup") or session.one("setup")
    if setup not in {"actpass", "active"}:
        raise OfferRefused(reason="setup must be actpass or active")


def _fingerprints(session: _Block, block: _Block) -> tuple[tuple[str, str], ...]:
    values = block.attributes.get("fingerprint") or session.attributes.get("fingerprint") or []
    found = []
    for value in values:
        match = _FINGERPRINT.fullmatch(value)
        if match is None or len(match[2]) != 3 * _DIGEST_BYTES[match[1].lower()] - 1:
            raise OfferRefused(reason="a certificate fingerprint cannot be used")
        found.append((match[1].lower(), match[2].upper()))
    if not found:
        raise OfferRefused(reason="it has no certificate fingerprint")
    return tuple(found)
