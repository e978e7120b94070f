"""Every answer is covered: by the security headers, by no-store, by cookies that scripts cannot read."""

from http.cookies import SimpleCookie

import pytest
from tests.platform.web.app import DEVELOPMENT, PRODUCTION, client_of, create

HOME = "https://jobs.example.com"
ASKED = [
    ("GET", "/healthz", {}),
    ("GET", "/page", {}),
    ("GET", "/fail/missing", {}),
    ("GET", "/fail/boom", {}),
    ("GET", "/fail/stranger", {}),
    ("GET", "/no/such/route", {}),
    ("DELETE", "/api/notes", {}),
    ("POST", "/api/notes", {"Content-Length": "99999999999"}),
    ("POST", "/api/notes", {"Origin": "https://evil.example"}),
    ("GET", "/page", {"Host": "evil.example"}),
    ("OPTIONS", "/page", {"Origin": "https://careers.example.com", "Access-Control-Request-Method": "GET"}),
    ("GET", "/static/no-such-file.js", {}),
]


@pytest.mark.parametrize(("method", "path", "headers"), ASKED, ids=str)
async def test_S12_S50_every_answer_carries_the_headers(method, path, headers):
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        answer = await client.request(method, path, headers=headers)
    got = answer.headers
    assert got["x-content-type-options"] == "nosniff"
    assert got["cross-origin-opener-policy"] == "same-origin"
    assert got["cross-origin-resource-policy"] == "same-origin"
    assert got["referrer-policy"] == "same-origin"
    assert "camera=(self), microphone=(self)" in got["permissions-policy"]
    assert got["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert got["cache-control"] == "no-store"
    assert got["x-request-id"]
    assert "server" not in got


async def test_S12_the_policy_lets_nothing_inline_and_nothing_foreign_run():
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        policy = (await client.get("/page")).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    for name in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert rules[name] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert rules["media-src"] == rules["worker-src"] == "'self' blob:"
    assert rules["connect-src"] == "'self' wss://jobs.example.com"
    assert not any(word in policy for word in ("unsafe", "http:", "*"))


async def test_S04_an_address_with_a_token_is_no_referrer_for_anybody():
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        assert (await client.get("/i/vcand_abc")).headers["referrer-policy"] == "no-referrer"


async def test_hsts_is_not_promised_over_plain_http():
    app, _ = create(DEVELOPMENT)
    async with client_of(app) as client:
        assert "strict-transport-security" not in (await client.get("/page")).headers


async def test_S10_the_language_cookie_is_host_bound_secure_and_out_of_scripts_reach():
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        answer = await client.post("/language", data={"language": "en", "next": "/page"})
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie.key == "__Host-viva_lang"
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert len(answer.headers["set-cookie"]) < 4096


async def test_the_chosen_language_wins_over_the_browsers():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.post("/language", data={"language": "en", "next": "/page?x=1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/page?x=1")
        page = await client.get("/page", headers={"Accept-Language": "ko"})
    assert '<html lang="en"' in page.text


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "", "/a\nb"]
)
async def test_the_language_switch_leads_nowhere_else(address):
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.post("/language", data={"language": "ko", "next": address})
    assert answer.headers["location"] == "/"


async def test_an_unknown_language_is_refused():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.post(
            "/language", data={"language": "tlh"}, headers={"Accept": "application/json"}
        )
    assert answer.status_code == 422
