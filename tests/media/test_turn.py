import base64
import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from viva.media import ice_servers

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SESSION = UUID(int=7)


def test_nothing_is_told_where_nothing_is_set():
    assert ice_servers((), "", SESSION, NOW) == []


def test_stun_needs_no_credentials():
    told = msgspec.to_builtins(ice_servers(("stun:stun.example.test:3478",), "", SESSION, NOW))
    assert told == [{"urls": ["stun:stun.example.test:3478"]}]


def test_S22_turn_credentials_end_after_an_hour_and_are_one_session_s():
    (server,) = ice_servers(
        ("turn:turn.example.test:3478", "turns:turn.example.test"), "secret", SESSION, NOW
    )
    until, _, session = server.username.partition(":")
    assert (int(until) - NOW.timestamp(), session) == (3600, str(SESSION))
    expected = hmac.digest(b"secret", server.username.encode(), hashlib.sha1)
    assert base64.b64decode(server.credential) == expected
    assert len(server.urls) == 2
