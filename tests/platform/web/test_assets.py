"""Static files: for ever under a versioned address, revalidated under any other, nothing beside them."""

import httpx
import pytest
from litestar import Litestar

from viva.platform.web.assets import IMMUTABLE, REVALIDATE, Assets
from viva.platform.web.responses import ErrorResponses
from viva.platform.web.templating import environment


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    static = tmp_path / "static"
    (static / "room").mkdir(parents=True)
    (static / "room" / "room.js").write_text("export {};")
    (static / ".hidden").write_text("secret")
    (static / "link.txt").symlink_to(tmp_path / "secret.txt")
    return static


def _client(assets: Assets) -> httpx.AsyncClient:
    responses = ErrorResponses(environment(assets.address))
    app = Litestar([assets.route()], exception_handlers={Exception: responses.handler}, openapi_config=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def test_a_versioned_address_is_kept_for_ever(folder):
    assets = Assets(folder, versioned=True)
    address = assets.address("room/room.js")
    assert address.startswith("/static/v-")
    async with _client(assets) as client:
        answer = await client.get(address)
    assert answer.headers["cache-control"] == IMMUTABLE
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.text == "export {};"


async def test_an_address_of_another_version_still_works_and_is_asked_for_again(folder):
    async with _client(Assets(folder, versioned=True)) as client:
        for address in ("/static/room/room.js", "/static/v-000000000000/room/room.js"):
            answer = await client.get(address)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, REVALIDATE)
            again = await client.get(address, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


def test_the_version_changes_with_any_file(folder):
    before = Assets(folder, versioned=True).address("room/room.js")
    (folder / "other.css").write_text("a{}")
    assert Assets(folder, versioned=True).address("room/room.js") != before


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "room/../../secret.txt",
        "v-1/..%2f..%2fsecret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "link.txt",
        ".hidden",
        "room",
        "..%5csecret.txt",
        "room/" + "x" * 5000,
    ],
    ids=lambda path: path[:20],
)
async def test_S18_nothing_outside_the_folder_is_served(folder, path):
    async with _client(Assets(folder, versioned=False)) as client:
        answer = await client.get(f"/static/{path}")
    assert answer.status_code in {404, 405}
    assert "secret" not in answer.text.replace("secret.txt", "")
