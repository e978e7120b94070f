"""The program that reads a résumé, in a process of its own: the file on stdin, its text as JSON on stdout.

It is started by its path, without the rest of the system, and gives up what it does not need before it looks
at a single byte of the file: memory beyond a limit, processor time, and any further file or socket, for
after the limit on open files no descriptor is left that a connection could be made with. It executes nothing,
follows no link, unpacks nothing to disk; what it cannot read it names with one word.
"""

import codecs
import importlib
import io
import json
import pkgutil
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pypdf
import pypdf.errors

MEMORY_MAX_BYTES = 1 << 29
CPU_MAX_S = 5
"""S18: then the kernel kills the process. Nothing here waits for anything, so it computes or has ended."""
PAGES_MAX = 30
PART_MAX_BYTES = 8_000_000
"""Of the one part of a DOCX that is read, unpacked."""
PARTS_MAX = 2000
TEXT_MAX = 30_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLAIN = frozenset("\t\n\r\f")
_CODECS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-be",
    "utf-16-le",
    "latin-1",
    "cp1252",
    "cp437",
    "mac-roman",
    "charmap",
)
_KOREAN_CODECS = ("ascii", "euc-kr", "cp949", "raw-unicode-escape", "unicode-escape")
_LATE = ("filters", "_cmap", "_codecs", "_text_extraction", "_encryption")
"""Parts of pypdf that it imports only when it needs them."""


class Refused(Exception):
    """`args[0]` is the stable word that says why."""


def main() -> None:
    """Read, say, end. The first argument is `pdf`, `docx` or `txt`."""
    content = sys.stdin.buffer.read()
    _give_up_rights()
    try:
        answer = {"text": _text(content, sys.argv[1])[:TEXT_MAX]}
    except Refused as refused:
        answer = {"refused": str(refused.args[0])}
    except (MemoryError, RecursionError):
        answer = {"refused": "too_large"}
    except Exception:  # noqa: BLE001 (whatever a file can do to a parser, it was not readable)
        answer = {"refused": "unreadable"}
    sys.stdout.write(json.dumps(answer))


def _give_up_rights() -> None:
    """What is imported late is imported now, because afterwards no file can be opened any more."""
    for name in (*_CODECS, *_KOREAN_CODECS):
        codecs.lookup(name)
    for module in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
        if module.name.split(".")[1] in _LATE:
            importlib.import_module(module.name)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_MAX_BYTES),
        (resource.RLIMIT_CPU, CPU_MAX_S),
        (resource.RLIMIT_FSIZE, 1 << 20),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        if limit != resource.RLIMIT_AS or sys.platform != "darwin":  # which knows no such limit
            resource.setrlimit(limit, (most, most))


def _text(content: bytes, kind: str) -> str:
    pieces = _KINDS[kind](content)
    text = " ".join(" ".join(pieces).split())
    if not text:
        raise Refused("no_text")
    return text


def _of_pdf(content: bytes) -> Iterator[str]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Refused("locked")
        tree: Any = reader.root_object["/Pages"]
        said = int(tree["/Count"])  # before thousands of pages are looked at
        if said > PAGES_MAX or len(reader.pages) > PAGES_MAX:
            raise Refused("too_many_pages")
        length = 0
        for page in reader.pages:
            piece = page.extract_text()
            yield piece
            length += len(piece)
            if length > TEXT_MAX:
                return
    except pypdf.errors.PyPdfError as error:
        raise Refused("unreadable") from error


def _of_docx(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if len(names) > PARTS_MAX:
            raise Refused("too_large")
        if "[Content_Types].xml" not in names or "word/document.xml" not in names:
            raise Refused("not_what_it_says")
        with archive.open("word/document.xml") as part:
            xml = part.read(PART_MAX_BYTES + 1)
    if len(xml) > PART_MAX_BYTES:
        raise Refused("too_large")
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Refused("unreadable")
    for node in ET.fromstring(xml).iter():  # noqa: S314 (no doctype, so no entities)
        if node.tag == f"{_WORD}t":
            yield node.text or ""
        elif node.tag in {f"{_WORD}p", f"{_WORD}br", f"{_WORD}tab"}:
            yield "\n"


def _of_txt(content: bytes) -> Iterator[str]:
    """Unicode, or what Korean editors wrote before it; a control character means that it is no text."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(letter < " " and letter not in _PLAIN for letter in text):
            break
        yield text
        return
    raise Refused("not_what_it_says")


_KINDS = {"pdf": _of_pdf, "docx": _of_docx, "txt": _of_txt}


if __name__ == "__main__":
    main()
