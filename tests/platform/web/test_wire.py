"""What only a real server shows: raw bytes on a real socket, refused before anything is done."""

import asyncio

import pytest
from tests.platform.web.app import PRODUCTION, create, served
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

HOST = "jobs.example.com"
FOREIGN_SOCKETS = {
    "evil": {"Origin": "https://evil.example"},
    "null": {"Origin": "null"},
    "suffix": {"Origin": "https://jobs.example.com.evil.example"},
    "subdomain": {"Origin": "https://evil.jobs.example.com"},
    "http for https": {"Origin": "http://jobs.example.com"},
    "absent": {},
    "absent, with a cookie": {"Cookie": "__Host-viva=abc"},
    "evil, with a bearer": {"Origin": "https://evil.example", "Authorization": "Bearer abc"},
}
OWN_SOCKETS = {
    "our page": {"Origin": "https://jobs.example.com"},
    "a listed page": {"Origin": "https://careers.example.com"},
    "a program with a bearer": {"Authorization": "Bearer abc"},
}


async def _exchange(port: int, request: bytes) -> bytes:
    """Everything the server says until it closes or falls silent for good."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write_eof()
    try:
        async with asyncio.timeout(60):
            return await reader.read()
    finally:
        writer.close()


async def _open_socket(port: int, headers: dict[str, str]) -> str:
    rest = {name: value for name, value in headers.items() if name != "Origin"}
    origin = Origin(headers["Origin"]) if "Origin" in headers else None
    # The connection goes to the loopback; the address, and with it the Host header, is the public one.
    async with connect(
        f"ws://{HOST}/api/echo",
        host="127.0.0.1",
        port=port,
        origin=origin,
        additional_headers=rest,
        proxy=None,
    ) as socket:
        return str(await socket.recv())


@pytest.mark.parametrize("headers", FOREIGN_SOCKETS.values(), ids=FOREIGN_SOCKETS.keys())
async def test_S07_a_foreign_page_opens_no_socket(headers):
    app, _ = create(PRODUCTION)
    async with served(app) as port:
        with pytest.raises(InvalidStatus) as refused:
            await _open_socket(port, headers)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("headers", OWN_SOCKETS.values(), ids=OWN_SOCKETS.keys())
async def test_S07_our_own_pages_and_programs_open_sockets(headers):
    app, _ = create(PRODUCTION)
    async with served(app) as port:
        assert await _open_socket(port, headers) == "hello"


@pytest.mark.parametrize("path", [b"/healthz", b"/page", b"/api/notes"])
async def test_S48_http_1_0_without_a_host_is_a_400(path):
    app, _ = create(PRODUCTION)
    async with served(app) as port:
        answer = await _exchange(port, b"GET " + path + b" HTTP/1.0\r\n\r\n")
    assert answer.split(b" ")[1] == b"400"


SMUGGLED = b"GET /api/fail/conflict HTTP/1.1\r\nHost: jobs.example.com\r\n\r\n"


def _pair(headers: bytes, body: bytes) -> bytes:
    start = b"POST /api/raw HTTP/1.1\r\nHost: jobs.example.com\r\n"
    return start + headers + b"\r\n" + body + SMUGGLED


PAIRS = {
    "CL.TE": _pair(b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "TE.CL": _pair(b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"0\r\n\r\n"),
    "two lengths": _pair(b"Content-Length: 0\r\nContent-Length: 5\r\n", b""),
    "a list of lengths": _pair(b"Content-Length: 0, 5\r\n", b""),
    "a signed length": _pair(b"Content-Length: +5\r\n", b"hello"),
    "a negative length": _pair(b"Content-Length: -1\r\n", b""),
    "a hexadecimal length": _pair(b"Content-Length: 0x5\r\n", b"hello"),
    "a space before the colon": _pair(b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
    "an unknown coding": _pair(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "chunked, but not last": _pair(b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n"),
    "a chunk size that is none": _pair(b"Transfer-Encoding: chunked\r\n", b"zz\r\nhello\r\n0\r\n\r\n"),
    "a folded header": _pair(b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n"),
}


@pytest.mark.parametrize("request_bytes", PAIRS.values(), ids=PAIRS.keys())
async def test_S49_a_smuggled_request_is_never_answered(request_bytes):
    app, _ = create(PRODUCTION)
    async with served(app) as port:
        answer = await _exchange(port, request_bytes)
    assert b"409" not in answer
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") <= 1


async def test_a_path_that_is_no_ascii_is_no_server_error():
    app, _ = create(PRODUCTION)
    async with served(app) as port:
        answer = await _exchange(
            port, b"GET /\xff HTTP/1.1\r\nHost: jobs.example.com\r\nConnection: close\r\n\r\n"
        )
    assert answer.split(b" ")[1] in {b"400", b"404"}
