"""Who may speak to this server: hosts, origins, writes and sockets, each by a fixed list."""

import pytest
from tests.platform.web.app import DEVELOPMENT, PRODUCTION, client_of, create

from viva.platform.settings import Settings
from viva.platform.web.origins import origins_of

HOME = "https://jobs.example.com"
LISTED = "https://careers.example.com"
LOOK_ALIKES = [
    "https://evil.example",
    "null",
    "https://careers.example.com.evil.example",
    "https://evil.careers.example.com",
    "https://careersXexample.com",
    "http://careers.example.com",
    "https://careers.example.com:8443",
    "https://evilcareers.example.com",
]


@pytest.mark.parametrize("origin", LOOK_ALIKES)
async def test_S08_an_origin_that_is_not_listed_is_never_reflected(origin):
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        plain = await client.get("/healthz", headers={"Origin": origin})
        preflight = await client.options(
            "/api/notes", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
    for answer in (plain, preflight):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers
    assert preflight.status_code == 403


async def test_S08_a_listed_origin_may_call_and_gets_no_credentials():
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        plain = await client.get("/healthz", headers={"Origin": LISTED})
        preflight = await client.options(
            "/api/notes", headers={"Origin": LISTED, "Access-Control-Request-Method": "POST"}
        )
    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
    for answer in (plain, preflight):
        assert answer.headers["access-control-allow-origin"] == LISTED
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers


COOKIE = {"Cookie": "__Host-viva=abc"}
BEARER = {"Authorization": "Bearer abc"}
REFUSED_WRITES = [
    *({"Origin": origin} | COOKIE for origin in LOOK_ALIKES),
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"} | COOKIE,
    {"Sec-Fetch-Site": "same-site"} | COOKIE,
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"} | COOKIE,
    {"Origin": "https://evil.example"} | COOKIE | BEARER,
    {"Origin": "http://jobs.example.com"} | COOKIE,
    COOKIE,
]
ALLOWED_WRITES = [
    {"Origin": HOME} | COOKIE,
    {"Origin": LISTED} | COOKIE,
    {"Origin": HOME, "Sec-Fetch-Site": "same-origin"} | COOKIE,
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"} | COOKIE,
    {"Sec-Fetch-Site": "none"} | COOKIE,
    BEARER,
    BEARER | COOKIE,
    {},
]


@pytest.mark.parametrize("headers", REFUSED_WRITES, ids=str)
@pytest.mark.parametrize("path", ["/api/notes", "/language", "/no/such/route"])
async def test_S09_a_write_that_another_site_may_have_sent_is_refused(headers, path):
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        answer = await client.post(path, json={"text": "x"}, headers=headers | {"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize("headers", ALLOWED_WRITES, ids=str)
async def test_S09_our_own_pages_listed_origins_and_programs_may_write(headers):
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        assert (await client.post("/api/notes", json={"text": "x"}, headers=headers)).status_code == 201


async def test_in_development_the_address_that_was_opened_is_its_own_origin():
    app, _ = create(DEVELOPMENT)
    async with client_of(app, "http://127.0.0.1:8000") as client:
        ours = await client.post(
            "/api/notes", json={"text": "x"}, headers={"Origin": "http://127.0.0.1:8000"}
        )
        other = await client.post(
            "/api/notes", json={"text": "x"}, headers={"Origin": "http://127.0.0.1:9000"}
        )
    assert (ours.status_code, other.status_code) == (201, 403)


KNOWN_HOSTS = ["jobs.example.com", "JOBS.example.com", "jobs.example.com:443"]
UNKNOWN_HOSTS = [
    "evil.example",
    "jobs.example.com.evil.example",
    "evil.jobs.example.com",
    "jobsXexample.com",
    "jobs.example.com@evil.example",
    "jobs.example.com/evil",
    "jobs.example.com:x",
    "localhost",
    "127.0.0.1",
    "",
]


@pytest.mark.parametrize("host", UNKNOWN_HOSTS)
async def test_S48_a_host_that_is_not_ours_is_a_400(host):
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        answer = await client.get(
            "/api/fail/conflict", headers={"Host": host, "X-Forwarded-Host": "jobs.example.com"}
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")


@pytest.mark.parametrize("host", KNOWN_HOSTS)
async def test_S48_our_own_host_is_answered_whatever_is_forwarded(host):
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        answer = await client.get(
            "/api/fail/conflict", headers={"Host": host, "X-Forwarded-Host": "evil.example"}
        )
    assert answer.status_code == 409
    assert "evil.example" not in answer.text


async def test_S48_two_hosts_are_none():
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        hosts = [("Host", "jobs.example.com"), ("Host", "evil.example")]
        assert (await client.get("/api/fail/conflict", headers=hosts)).status_code == 400


async def test_probes_are_answered_by_any_address_of_the_container():
    app, _ = create(PRODUCTION)
    async with client_of(app, HOME) as client:
        assert (await client.get("/healthz", headers={"Host": "10.1.2.3:8000"})).status_code == 200
        assert (await client.get("/healthz", headers={"Host": ""})).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "lab.local:8000"])
async def test_development_answers_by_every_loopback_name_and_the_configured_host(host):
    origins = origins_of(Settings(host="lab.local"))
    assert origins.answers_for(host)
