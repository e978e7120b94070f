"""DTLS-SRTP (RFC 5764) driven by datagrams and a timer, without a task and without a queue.

From aiortc come the certificate, the cipher suites and the list of SRTP profiles; the handshake itself is
OpenSSL's.
"""

from typing import Literal

from aiortc.rtcdtlstransport import (
    SRTP_PROFILES,
    X509_DIGEST_ALGORITHMS,
    RTCCertificate,
    certificate_digest,
)
from OpenSSL import SSL

from viva.media.peer.srtp import Srtp

_MTU = 1200
_RECORD_HEADER = 13

Outcome = Literal["handshaking", "connected", "failed", "closed"]


class Certificate:
    """Our self-signed certificate: made once per process, known by its SHA-256 fingerprint."""

    def __init__(self) -> None:
        self.inner = RTCCertificate.generateCertificate()
        found = self.inner.getFingerprints()
        value = next(fingerprint.value for fingerprint in found if fingerprint.algorithm == "sha-256")
        self.fingerprint = ("sha-256", value)
        self.context = self.inner._create_ssl_context(srtp_profiles=SRTP_PROFILES)


class Dtls:
    """One handshake. Feed it datagrams, send `outgoing`, call `retransmit` when `timeout_s` is up.

    `connected` is only reached when the peer's certificate matches every fingerprint of its description.
    """

    def __init__(
        self,
        certificate: Certificate,
        role: Literal["server", "client"],
        fingerprints: tuple[tuple[str, str], ...],
    ) -> None:
        self._ssl = SSL.Connection(certificate.context)
        self._ssl.set_ciphertext_mtu(_MTU)
        self._role = role
        self._fingerprints = fingerprints
        self.outcome: Outcome = "handshaking"
        self.srtp: Srtp | None = None
        if role == "server":
            self._ssl.set_accept_state()
        else:
            self._ssl.set_connect_state()

    def start(self) -> None:
        """As the client: produce the first flight."""
        self._handshake()

    def receive(self, datagram: bytes) -> None:
        """Take one DTLS datagram; may change `outcome`."""
        if self.outcome in {"failed", "closed"}:
            return
        self._ssl.bio_write(datagram)
        if self.outcome == "handshaking":
            self._handshake()
        else:
            self._drain()

    def _drain(self) -> None:
        """Nothing but alerts and repeated flights may come after the handshake."""
        try:
            while self._ssl.recv(2048):
                pass
        except SSL.ZeroReturnError:
            self.outcome = "closed"
        except SSL.WantReadError:
            pass
        except SSL.Error:
            self.outcome = "closed"

    def _handshake(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error:
            self.outcome = "failed"
            return
        self.outcome = "connected" if self._peer_is_who_it_said() and self._take_keys() else "failed"

    def _peer_is_who_it_said(self) -> bool:
        peer = self._ssl.get_peer_certificate(as_cryptography=True)
        return peer is not None and all(
            algorithm in X509_DIGEST_ALGORITHMS and certificate_digest(peer, algorithm) == value
            for algorithm, value in self._fingerprints
        )

    def _take_keys(self) -> bool:
        name = self._ssl.get_selected_srtp_profile()
        profile = next((profile for profile in SRTP_PROFILES if profile.openssl_profile == name), None)
        if profile is None:
            return False
        size = 2 * (profile.key_length + profile.salt_length)
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        ours, theirs = (1, 0) if self._role == "server" else (0, 1)
        self.srtp = Srtp(
            profile.libsrtp_profile,
            receive_key=profile.get_key_and_salt(material, theirs),
            send_key=profile.get_key_and_salt(material, ours),
        )
        return True

    def outgoing(self) -> list[bytes]:
        """The datagrams that OpenSSL wants sent: whole records, packed up to the MTU."""
        try:
            waiting = self._ssl.bio_read(65_536)
        except SSL.Error:
            return []
        datagrams, current, position = list[bytes](), b"", 0
        while position + _RECORD_HEADER <= len(waiting):
            end = position + _RECORD_HEADER + int.from_bytes(waiting[position + 11 : position + 13], "big")
            record = waiting[position:end]
            if current and len(current) + len(record) > _MTU:
                datagrams.append(current)
                current = b""
            current += record
            position = end
        return [*datagrams, current] if current else datagrams

    @property
    def timeout_s(self) -> float | None:
        """Seconds until `retransmit` is due, `None` when nothing is under way."""
        if self.outcome != "handshaking":
            return None
        timeout: float | None = self._ssl.DTLSv1_get_timeout()
        return timeout

    def retransmit(self) -> None:
        """Let OpenSSL repeat its last flight if the peer's answer is overdue."""
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error:
            self.outcome = "failed"

    def close(self) -> None:
        """Say farewell (close_notify); send `outgoing` after it."""
        if self.outcome == "connected":
            try:
                self._ssl.shutdown()
            except SSL.Error:
                self.outcome = "failed"
                return
        self.outcome = "closed"
