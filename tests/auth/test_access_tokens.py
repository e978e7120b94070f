import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from litestar import Litestar
from tests.auth.conftest import ISSUER, SECRET, bearer
from tests.support.clock import FakeClock

from viva.auth import AccessTokens, BadToken
from viva.auth.model import User
from viva.platform.ids import uuid7

KEY = hmac.digest(SECRET, b"viva access tokens", "sha256")
GOOD_HEADER = {"alg": "HS256", "typ": "at+jwt"}


def encode(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forge(
    claims: dict[str, Any], header: dict[str, Any] = GOOD_HEADER, key: bytes = KEY, digest: str = "sha256"
) -> str:
    """A token signed as its forger likes, by hand, so that no library stands in the way."""
    signed = f"{encode(header)}.{encode(claims)}"
    signature = base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), digest)).rstrip(b"=").decode()
    return f"{signed}.{signature}"


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def forgeries(claims: dict[str, Any]) -> dict[str, str]:
    now = claims["iat"]
    signed = forge(claims)
    return {
        "alg none": f"{encode({'alg': 'none', 'typ': 'at+jwt'})}.{encode(claims)}.",
        "alg None in capitals": f"{encode({'alg': 'NONE', 'typ': 'at+jwt'})}.{encode(claims)}.",
        "another HMAC": forge(claims, GOOD_HEADER | {"alg": "HS512"}, digest="sha512"),
        "an asymmetric alg": forge(claims, GOOD_HEADER | {"alg": "RS256"}),
        "another key": forge(claims, key=b"x" * 32),
        "the secret itself as key": forge(claims, key=SECRET),
        "no signature": signed.rpartition(".")[0] + ".",
        "a changed payload": f"{encode(GOOD_HEADER)}.{encode(claims | {'sub': str(uuid7())})}."
        + signed.rpartition(".")[2],
        "typ JWT": forge(claims, GOOD_HEADER | {"typ": "JWT"}),
        "no typ": forge(claims, {"alg": "HS256"}),
        "jku": forge(claims, GOOD_HEADER | {"jku": "https://evil.test/keys"}),
        "jwk": forge(claims, GOOD_HEADER | {"jwk": {"kty": "oct", "k": "eA"}}),
        "x5u": forge(claims, GOOD_HEADER | {"x5u": "https://evil.test/cert"}),
        "crit": forge(claims, GOOD_HEADER | {"crit": ["b64"], "b64": False}),
        "kid": forge(claims, GOOD_HEADER | {"kid": "../../dev/null"}),
        "expired": forge(claims | {"iat": now - 1000, "nbf": now - 1000, "exp": now - 100}),
        "not yet": forge(claims | {"iat": now + 600, "nbf": now + 600, "exp": now + 900}),
        "too long a life": forge(claims | {"exp": now + 901}),
        "times as text": forge(claims | {"exp": str(now + 900)}),
        "times as truth": forge(claims | {"iat": True}),
        "an endless time": forge(claims | {"exp": 1e400}),
        "another issuer": forge(claims | {"iss": "https://evil.test"}),
        "another audience": forge(claims | {"aud": "somebody-else"}),
        "many audiences": forge(claims | {"aud": ["viva-api", "somebody-else"]}),
        "an unknown login": forge(claims | {"sid": str(uuid7())}),
        "another user's login": forge(claims | {"sub": str(uuid7())}),
        "an id that is none": forge(claims | {"sid": "1 or 1=1"}),
        "a deep payload": f"{encode(GOOD_HEADER)}.{'W1tb' * 400}.AAAA",
        "five parts": "a.b.c.d.e",
        "nothing": "",
        **{
            f"no {name}": forge(without(claims, name))
            for name in ("iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti")
        },
    }


async def test_S05_every_forged_access_token_is_refused(
    client: httpx.AsyncClient, token_of: Callable[..., Any], admin: User
) -> None:
    token = (await token_of(admin))["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (await client.get("/api/users/me", headers=bearer(forge(claims)))).status_code == 200

    forged = forgeries(claims)
    answers = {
        name: (await client.get("/api/users/me", headers=bearer(value))).status_code
        for name, value in forged.items()
    }

    assert len(forged) >= 14
    assert {name: status for name, status in answers.items() if status != 401} == {}


async def test_S05_an_access_token_lives_fifteen_minutes_and_a_little_leeway(
    client: httpx.AsyncClient, token_of: Callable[..., Any], admin: User, clock: FakeClock
) -> None:
    given = await token_of(admin)
    header = jwt.get_unverified_header(given["access_token"])
    assert header == GOOD_HEADER
    assert given["expires_in"] == 900

    clock.advance(929)
    assert (await client.get("/api/users/me", headers=bearer(given["access_token"]))).status_code == 200
    clock.advance(2)
    assert (await client.get("/api/users/me", headers=bearer(given["access_token"]))).status_code == 401


async def test_S05_the_same_secret_under_another_address_signs_other_tokens(clock: FakeClock) -> None:
    token = AccessTokens(SECRET, issuer="https://other.test").issue(uuid7(), uuid7(), clock.now())
    with pytest.raises(BadToken):
        AccessTokens(SECRET, issuer=ISSUER).read(token, clock.now())


async def test_a_token_from_a_clock_that_runs_ahead_a_little_is_accepted(
    tokens: AccessTokens, clock: FakeClock
) -> None:
    user_id, login_id = uuid7(), uuid7()
    token = tokens.issue(user_id, login_id, clock.now() + timedelta(seconds=25))
    claims = tokens.read(token, clock.now())
    assert (claims.user_id, claims.login_id) == (user_id, login_id)


async def test_two_authorization_headers_are_nobodys(
    client: httpx.AsyncClient, token_of: Callable[..., Any], admin: User, app: Litestar
) -> None:
    token = (await token_of(admin))["access_token"]
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert (await client.get("/api/users/me", headers=headers)).status_code == 401
