"""What we use of aiortc, aioice and pylibsrtp without their promise: an upgrade that moves it fails here."""

import inspect
from importlib.metadata import version

from aioice import stun
from aiortc import rtcdtlstransport
from pylibsrtp import Policy, Session, _binding


def test_the_versions_are_the_ones_that_this_was_written_against() -> None:
    assert version("aiortc") == "1.16.0"


def test_aiortc_makes_certificates_and_contexts_as_we_expect() -> None:
    assert list(inspect.signature(rtcdtlstransport.RTCCertificate._create_ssl_context).parameters) == [
        "self",
        "srtp_profiles",
    ]
    assert {profile.openssl_profile for profile in rtcdtlstransport.SRTP_PROFILES} >= {
        b"SRTP_AES128_CM_SHA1_80",
        b"SRTP_AEAD_AES_128_GCM",
    }
    assert set(rtcdtlstransport.X509_DIGEST_ALGORITHMS) == {"sha-256", "sha-384", "sha-512"}
    assert callable(rtcdtlstransport.certificate_digest)
    profile = rtcdtlstransport.SRTP_PROFILES[0]
    assert profile.get_key_and_salt(bytes(200), 0) == bytes(profile.key_length + profile.salt_length)


def test_libsrtp_is_reached_through_the_binding_that_we_call() -> None:
    session = Session(Policy(key=bytes(30), ssrc_type=Policy.SSRC_ANY_INBOUND))
    assert session._srtp[0]
    for name in ("srtp_unprotect", "srtp_unprotect_rtcp", "srtp_err_status_ok"):
        assert hasattr(_binding.lib, name)


def test_aioice_signs_and_checks_what_it_signed() -> None:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": "a:b"})
    message.add_message_integrity(b"key")
    parsed = stun.parse_message(bytes(message))
    assert parsed.check_message_integrity(b"key")
    assert not parsed.check_message_integrity(b"other")
