"""Ids (UUIDv7, RFC 9562) and unguessable tokens."""

import hashlib
import secrets
import time
from uuid import UUID

_TOKEN_BYTES = 32
"""256 bits; S04 asks for at least 128."""


def uuid7() -> UUID:
    """A new UUID whose first 48 bits are the time in milliseconds: rows sort by when they were made."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def new_token(prefix: str) -> str:
    """A random secret that says what it is, such as `vcand_…`. It is shown once and kept as its hash."""
    return f"{prefix}_{secrets.token_urlsafe(_TOKEN_BYTES)}"


def token_hash(token: str) -> bytes:
    """The SHA-256 under which a token is stored. A random 256-bit secret needs no slow hash."""
    return hashlib.sha256(token.encode()).digest()
