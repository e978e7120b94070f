"""Static files: cached for ever under an address that changes with them, asked for again under any other.

The version stands in the path (`/static/v-1a2b3c4d/room/room.js`), so that modules and fonts which a file
names relatively come from the same version.
"""

import asyncio
import hashlib
import mimetypes
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from viva.platform.errors import NotFound

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
_TYPES = {  # Litestar adds the charset to text
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".html": "text/plain",
}


class Assets:
    """The files under one folder. With `versioned` their addresses carry a hash of the whole tree."""

    def __init__(self, folder: Path, *, versioned: bool) -> None:
        self._folder = folder.resolve()
        self._version = f"v-{_tree_hash(self._folder)}" if versioned else ""

    def address(self, path: str) -> str:
        """Where pages find `path`, such as `room/room.js`."""
        return "/".join(part for part in ("/static", self._version, path.lstrip("/")) if part)

    def route(self) -> HTTPRouteHandler:
        """The public route that serves them."""

        @get("/static/{file_path:path}", opt={"public": True}, include_in_schema=False)
        async def static_file(request: Request[Any, Any, Any], file_path: FromPath[Path]) -> Response[bytes]:
            """One file, or 304 when the browser has it."""
            return await asyncio.to_thread(
                self._serve, str(file_path), request.headers.get("if-none-match", "")
            )

        return static_file

    def _serve(self, path: str, known: str) -> Response[bytes]:
        version, path = _without_version(path.lstrip("/"))
        file = self._file(path)
        content = file.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {
            "ETag": etag,
            "Cache-Control": IMMUTABLE if version and version == self._version else REVALIDATE,
        }
        if etag in known:
            return Response(b"", status_code=304, headers=headers)
        return Response(content, media_type=_type_of(file), headers=headers)

    def _file(self, path: str) -> Path:
        """The file, if it really lies under the folder (links and `..` resolved). Raises `NotFound`."""
        try:
            file = (self._folder / path).resolve()
            inside = file.is_relative_to(self._folder) and file.is_file() and not file.name.startswith(".")
        except OSError:  # a name that no file system would take
            raise NotFound from None
        if not inside:
            raise NotFound
        return file


def _without_version(path: str) -> tuple[str, str]:
    first, _, rest = path.partition("/")
    return (first, rest) if first.startswith("v-") and rest else ("", path)


def _type_of(file: Path) -> str:
    known = _TYPES.get(file.suffix.lower())
    return known or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _tree_hash(folder: Path) -> str:
    tree = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        tree.update(str(file.relative_to(folder)).encode())
        tree.update(hashlib.sha256(file.read_bytes()).digest())
    return tree.hexdigest()[:12]
