"""Bodies are counted and read strictly: 400 or 413, never 500."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.platform.web.app import client_of, create

from viva.platform.errors import Malformed
from viva.platform.web import parse_json

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}

MALFORMED = {
    "invalid UTF-8": (b'{"text":"\xff"}', JSON),
    "2,000 deep": (b'{"text":' + b"[" * 2000 + b"]" * 2000 + b"}", JSON),
    "100,000 deep": (b"[" * 100_000, JSON),
    "a NUL character": (b'{"text":"a\\u0000b"}', JSON),
    "a NUL in a key": (b'{"te\\u0000xt":"a"}', JSON),
    "half a surrogate pair": (b'{"text":"\\ud800"}', JSON),
    "the same key twice": (b'{"text":"a","text":"b"}', JSON),
    "the same key twice, deeper": (b'{"text":"a","more":[{"user_id":1,"user_id":2}]}', JSON),
    "a number of 5,000 digits": (b'{"text":"a","count":' + b"9" * 5000 + b"}", JSON),
    "a number beyond 64 bits": (b'{"text":"a","count":9223372036854775808}', JSON),
    "infinity": (b'{"text":"a","count":1e999}', JSON),
    "NaN": (b'{"text":"a","count":NaN}', JSON),
    "cut off": (b'{"text":"a"', JSON),
    "UTF-16": ('{"text":"a"}'.encode("utf-16"), JSON),
    "no JSON at all": (b"text=a", JSON),
    "the wrong content type": (b'{"text":"a"}', {"Content-Type": "text/plain"}),
    "a form": (b"text=a", FORM),
    "no content type": (b'{"text":"a"}', {}),
}


@pytest.mark.parametrize(("body", "headers"), MALFORMED.values(), ids=MALFORMED.keys())
async def test_S17_S38_a_doubtful_json_body_is_a_400(body, headers):
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.post("/api/notes", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


UNKNOWN_CHARSET = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n'
    b"Content-Type: text/plain; charset=klingon\r\n\r\nv\r\n--x--\r\n"
)
MALFORMED_FORMS = {
    "a NUL character": (b"name=a%00b", FORM),
    "invalid UTF-8": (b"name=%ff", FORM),
    "JSON": (b"{}", JSON),
    "no boundary": (b"--x--", {"Content-Type": "multipart/form-data"}),
    "a cut-off part": (b'--x\r\nContent-Disposition: form-data; name="a"\r\n', MULTIPART),
    "an unknown charset": (UNKNOWN_CHARSET, MULTIPART),
    "bytes that are no text": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        MULTIPART,
    ),
    "a thousand parts": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\r\n' * 1000 + b"--x--\r\n",
        MULTIPART,
    ),
}


@pytest.mark.parametrize(("body", "headers"), MALFORMED_FORMS.values(), ids=MALFORMED_FORMS.keys())
async def test_S17_a_doubtful_form_is_a_400(body, headers):
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.post("/form", content=body, headers=headers | {"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("path", ["/api/things/a%00b", "/api/things/x?limit=%00"])
async def test_S17_a_nul_in_the_address_is_a_400(path):
    app, _ = create()
    async with client_of(app) as client:
        assert (await client.get(path)).status_code == 400


@pytest.mark.parametrize(
    ("path", "headers", "limit"),
    [
        ("/api/raw", {"Content-Type": "application/octet-stream"}, 10_000_000),
        ("/api/notes", JSON, 1_048_576),
        ("/form", FORM, 65_536),
        ("/form", MULTIPART, 10_000_000),
    ],
)
async def test_S17_a_body_beyond_the_limit_is_a_413_declared_or_not(path, headers, limit):
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(limit // 65_536 + 2):
            yield b"x" * 65_536

    app, _ = create()
    async with client_of(app) as client:
        accept = {"Accept": "application/json"}
        declared = await client.post(path, content=b"x" * (limit + 1), headers=headers | accept)
        chunked = await client.post(path, content=chunks(), headers=headers | accept)
    assert (declared.status_code, declared.json()["code"]) == (413, "too_large")
    assert chunked.status_code in ({413} if path != "/form" or headers is FORM else {400, 413})


async def test_a_body_at_the_limit_is_taken():
    app, _ = create()
    async with client_of(app) as client:
        answer = await client.post("/api/raw", content=b"x" * 10_000_000)
    assert answer.json() == {"bytes": 10_000_000}


async def test_S17_an_endless_upload_is_never_read_to_its_end():
    """A sender of 1 GB gets its 413 after the limit, twenty at once, and nothing of it is kept."""
    sent = 0

    async def gigabyte() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(16_384):
            sent += 65_536
            yield b"x" * 65_536

    async def upload() -> int:
        async with client_of(app) as client:
            return (await client.post("/api/notes", content=gigabyte(), headers=JSON)).status_code

    app, _ = create()
    assert await asyncio.gather(*(upload() for _ in range(20))) == [413] * 20
    assert sent <= 20 * (1_048_576 + 2 * 65_536)


def _depth(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def test_S17_json_may_be_32_deep_and_no_deeper():
    assert parse_json(_depth(32))
    with pytest.raises(Malformed):
        parse_json(_depth(34))


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(_VALUES)
def test_whatever_is_sound_is_read_as_it_was_written(value):
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(body):
    with suppress(Malformed):
        parse_json(body)
