"""The publishing client's half of the description: its offer, and what it needs of the answer."""

import re

import msgspec

from viva.media.peer.stun import Address

_PTIME_MS = 20
"""Opus's own, where an answer wishes for nothing (RFC 7587, section 7)."""


class RemoteAnswer(msgspec.Struct, frozen=True):
    """Where the server listens and how it proves itself."""

    ufrag: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]
    addresses: tuple[Address, ...]
    ptime_ms: int
    """How much sound it wants in a packet."""


def read_answer(sdp: str) -> RemoteAnswer:
    """Read our own server's answer. Raises `ValueError` for anything else."""

    def one(pattern: str) -> re.Match[str]:
        found = re.search(pattern, sdp)
        if found is None:
            raise ValueError(f"the answer lacks {pattern}")
        return found

    fingerprint = one(r"a=fingerprint:(\S+) (\S+)")
    ptime = re.search(r"a=ptime:(\d+)", sdp)
    candidates = re.findall(r"a=candidate:\S+ 1 udp \d+ ([\d.]+) (\d+) typ host", sdp)  # IPv4 will do
    return RemoteAnswer(
        ufrag=one(r"a=ice-ufrag:(\S+)")[1],
        password=one(r"a=ice-pwd:(\S+)")[1],
        fingerprints=((fingerprint[1], fingerprint[2]),),
        addresses=tuple(dict.fromkeys((host, int(port)) for host, port in candidates)),
        ptime_ms=int(ptime[1]) if ptime else _PTIME_MS,
    )


def write_offer(ufrag: str, password: str, fingerprint: tuple[str, str], *, video: bool) -> str:
    """An offer that sends Opus (payload type 111) and, if asked, VP8 (96)."""
    transport = [
        "c=IN IP4 0.0.0.0",
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{password}",
        f"a=fingerprint:{fingerprint[0]} {fingerprint[1]}",
        "a=setup:actpass",
        "a=sendonly",
        "a=rtcp-mux",
    ]
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE 0{' 1' if video else ''}"]
    lines += ["m=audio 9 UDP/TLS/RTP/SAVPF 111", *transport, "a=mid:0", "a=rtpmap:111 opus/48000/2"]
    if video:
        lines += ["m=video 9 UDP/TLS/RTP/SAVPF 96", *transport, "a=mid:1", "a=rtpmap:96 VP8/90000"]
        lines += ["a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 goog-remb"]
    return "\r\n".join(lines) + "\r\n"
