"""Whatever goes wrong, the answer has one shape for programs and one page for people."""

import pytest
from tests.platform.web.app import PRODUCTION, client_of, create

from viva.platform.errors import VivaError
from viva.platform.web import message_of

EXPECTED = {
    "conflict": (409, "conflict"),
    "forbidden": (403, "forbidden"),
    "missing": (404, "not_found"),
    "limited": (429, "too_many_requests"),
    "away": (503, "unavailable"),
    "stranger": (401, "unauthenticated"),
    "boom": (500, "internal_error"),
}


@pytest.mark.parametrize("kind", EXPECTED)
async def test_every_error_has_one_shape_and_its_status(kind):
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.get(f"/api/fail/{kind}")
    status, code = EXPECTED[kind]
    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message", "detail"}
    assert answer.json()["code"] == code
    assert answer.json()["detail"]["request_id"] == answer.headers["x-request-id"]


async def test_the_message_speaks_the_requests_language():
    app, _ = create()
    async with client_of(app) as client:
        korean = await client.get("/api/fail/missing", headers={"Accept-Language": "ko-KR"})
        english = await client.get("/api/fail/missing", headers={"Accept-Language": "en-GB"})
    assert korean.json()["message"] == "주소가 잘못되었거나 이미 삭제되었습니다."
    assert english.json()["message"] == "It may be gone, or the address is wrong."


async def test_waiting_errors_say_when_to_come_back():
    app, _ = create()
    async with client_of(app) as client:
        assert (await client.get("/api/fail/limited")).headers["retry-after"] == "7"
        assert (await client.get("/api/fail/away")).headers["retry-after"] == "9"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("DELETE", "/api/notes", 405, "method_not_allowed"),
        ("GET", "/api/things/not-an-id", 404, "not_found"),
        ("GET", "/api/things/01a2049f-0000-7000-8000-000000000000?limit=many", 422, "invalid"),
    ],
)
async def test_the_frameworks_own_errors_have_the_same_shape(method, path, status, code):
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_refused_method_names_the_ones_that_are_not():
    app, _ = create()
    async with client_of(app) as client:
        assert "POST" in (await client.delete("/api/notes")).headers["allow"]


async def test_an_invalid_field_is_named_in_words():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.post("/api/notes", json={"text": 1}, headers={"Accept-Language": "ko"})
    assert answer.status_code == 422
    assert answer.json()["detail"]["fields"] == {"text": "글자로 입력해 주세요."}


@pytest.mark.parametrize("path", ["/api/fail/boom", "/fail/boom"])
async def test_S40_an_unexpected_error_tells_nothing_of_the_inside(path):
    app, _ = create(PRODUCTION)
    async with client_of(app, "https://jobs.example.com") as client:
        answer = await client.get(path, headers={"Accept": "text/html" if path[1] == "f" else "*/*"})
    assert answer.status_code == 500
    for secret in ("RuntimeError", "select secret", "kim@example.com", "Traceback", "line "):
        assert secret not in answer.text


async def test_a_person_gets_a_page_in_their_language():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.get("/fail/missing", headers={"Accept": "text/html", "Accept-Language": "ko"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="ko"' in answer.text
    assert "주소가 잘못되었거나 이미 삭제되었습니다." in answer.text
    assert answer.headers["x-request-id"] in answer.text


async def test_a_401_on_a_page_leads_to_signing_in_and_back_with_the_reason():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.get("/fail/stranger?tab=2", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Ffail%2Fstranger%3Ftab%3D2&reason=unauthenticated"


async def test_a_candidate_without_a_credential_gets_words_and_no_staff_sign_in():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.get("/interview/fail/stranger", headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text


async def test_S13_error_pages_escape_what_they_show():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.get("/page")
    assert '<h1 id="error-title">&lt;b&gt;</h1>' in answer.text


async def test_an_error_page_without_its_template_is_bare_but_there(monkeypatch):
    app, plumbing = create()
    monkeypatch.setattr(plumbing.environment, "loader", None)
    plumbing.environment.cache.clear()
    async with client_of(app) as client:
        answer = await client.get("/fail/missing", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 404
    assert "It may be gone, or the address is wrong." in answer.text


def test_placeholders_are_filled_and_a_missing_one_is_no_error():
    class Late(VivaError):
        message = "Late by {minutes} minutes."

    assert message_of(Late(minutes=3)) == "Late by 3 minutes."
    assert message_of(Late()) == "Late by {minutes} minutes."
