"""What a browser is told about STUN and TURN servers, with credentials that are good for one hour. Pure.

TURN's shared secret never leaves the server: the user name says until when it is good and for which session,
the password is its HMAC (the TURN REST API convention that coturn calls `use-auth-secret`).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

LIFETIME = timedelta(hours=1)
"""S22 allows no more. A connection that is up outlives it; a new one gets new credentials."""


class IceServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An RTCIceServer as `RTCPeerConnection` takes it."""

    urls: list[str]
    username: str = ""
    credential: str = ""


def ice_servers(
    addresses: Sequence[str], turn_secret: str, session_id: UUID, now: datetime
) -> list[IceServer]:
    """The servers at `addresses` (`stun:`, `turn:` or `turns:` URLs) for one interview, from `now` on."""
    stun = [address for address in addresses if address.startswith("stun:")]
    turn = [address for address in addresses if not address.startswith("stun:")]
    servers = [IceServer(stun)] if stun else []
    if turn:
        username = f"{int((now + LIFETIME).timestamp())}:{session_id}"
        # SHA-1 is what the convention fixes; as an HMAC it is not weakened by collisions.
        digest = hmac.digest(turn_secret.encode(), username.encode(), hashlib.sha1)
        servers.append(IceServer(turn, username, base64.b64encode(digest).decode()))
    return servers
