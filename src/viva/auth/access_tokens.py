"""The JWT profile of access tokens (RFC 8725, RFC 9068): one algorithm, one type, every claim required.

A good signature is not enough to act: whoever asks also looks up the login that `sid` names.
"""

import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import msgspec

from viva.auth.errors import BadToken
from viva.auth.model import ACCESS_TOKEN_LIFETIME
from viva.platform.ids import uuid7

ALGORITHM = "HS256"
TYPE = "at+jwt"
"""RFC 9068 section 2.1."""
AUDIENCE = "viva-api"
LEEWAY = timedelta(seconds=30)
"""How far two clocks may be apart; S05 allows 60 s."""
TOKEN_MAX = 2048
"""Characters; ours have about 450."""

_REQUIRED = ["iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti"]


class AccessClaims(msgspec.Struct, frozen=True):
    """What a token says once it is believed."""

    user_id: UUID
    login_id: UUID


class AccessTokens:
    """Writes and reads access tokens. The key is derived, so that the secret signs nothing else."""

    def __init__(self, secret: bytes, *, issuer: str) -> None:
        self._key = hmac.digest(secret, b"viva access tokens", "sha256")
        self._issuer = issuer

    def issue(self, user_id: UUID, login_id: UUID, now: datetime) -> str:
        """A token for one login, good for `ACCESS_TOKEN_LIFETIME` from `now`."""
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": str(login_id),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + ACCESS_TOKEN_LIFETIME).timestamp()),
            "jti": str(uuid7()),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"typ": TYPE})

    def read(self, token: str, now: datetime) -> AccessClaims:
        """The claims of a token that keeps to the profile in every point. Raises `BadToken`."""
        if len(token) > TOKEN_MAX:
            raise BadToken
        try:
            self._check_header(token)
            claims = self._verified(token)
            _check_times(claims, now)
            UUID(_text(claims["jti"]))
            return AccessClaims(UUID(_text(claims["sub"])), UUID(_text(claims["sid"])))
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise BadToken from error

    def _check_header(self, token: str) -> None:
        # Exactly the header that we write: no keys or addresses to follow, nothing critical.
        if jwt.get_unverified_header(token) != {"alg": ALGORITHM, "typ": TYPE}:
            raise BadToken

    def _verified(self, token: str) -> dict[str, Any]:
        # The times are checked against our own clock below.
        options: dict[str, Any] = {
            "require": _REQUIRED,
            "strict_aud": True,
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        }
        claims: dict[str, Any] = jwt.decode(
            token,
            self._key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=self._issuer,
            options=options,  # type: ignore[arg-type] # PyJWT's TypedDict does not list every option
        )
        return claims


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    issued, not_before, expires = (_seconds(claims[name]) for name in ("iat", "nbf", "exp"))
    leeway = LEEWAY.total_seconds()
    present = now.timestamp()
    lives = expires - issued
    if not (0 < lives <= ACCESS_TOKEN_LIFETIME.total_seconds() and issued <= not_before <= expires):
        raise BadToken
    if present >= expires + leeway or present < not_before - leeway:
        raise BadToken


def _seconds(value: object) -> int:
    if type(value) is not int:  # a bool is an int to isinstance
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
