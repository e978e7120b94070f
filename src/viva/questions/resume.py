"""A résumé's text, read by a process that cannot harm (S18): bounded memory and time, no network."""

import asyncio
import contextlib
import io
import signal
import sys
import zipfile
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from viva.platform.antivirus import Antivirus
from viva.platform.errors import Invalid
from viva.platform.i18n import N_, gettext

UPLOAD_MAX_BYTES = 10_000_000
READING_MAX_S = 20.0
"""Then the process is killed, whatever it does. It may compute for `resume_reader.CPU_MAX_S` of them: on a
machine with nothing to spare that takes longer by the clock, and a good file is not to blame."""
_READER = Path(__file__).with_name("resume_reader.py")
_MAGIC: dict[str, bytes] = {"pdf": b"%PDF-", "docx": b"PK\x03\x04", "txt": b""}

RefusedFor = Literal[
    "too_large", "not_what_it_says", "too_many_pages", "locked", "no_text", "too_slow", "unreadable"
]
REASONS: dict[RefusedFor, str] = {
    "too_large": N_("This file is too large."),
    "not_what_it_says": N_("This is not a PDF, DOCX or text file."),
    "too_many_pages": N_("This file has too many pages."),
    "locked": N_("This file is protected by a password."),
    "no_text": N_("There is no text in this file. A scanned picture cannot be read."),
    "too_slow": N_("This file takes too long to read."),
    "unreadable": N_("This file could not be read."),
}

log = structlog.get_logger(__name__)


class ResumeRefused(Invalid):
    """The file is not taken; `reason` is the stable word, `why` its sentence in the current language."""

    code = "resume_refused"
    message = "The résumé was not taken. {why}"

    def __init__(self, reason: RefusedFor) -> None:
        super().__init__(reason=reason, why=gettext(REASONS[reason]))


class _Read(msgspec.Struct, frozen=True):
    text: str = ""
    refused: RefusedFor | None = None


async def resume_text(content: bytes, file_name: str, antivirus: Antivirus) -> str:
    """The text of a PDF, DOCX or text file, on one line, once the scanner has let the file pass.

    The name only says which kind the file claims to be; nothing is ever stored under it, or at all. Raises
    `ResumeRefused`, `InfectedFile`, `FileNotScanned`.
    """
    if len(content) > UPLOAD_MAX_BYTES:
        raise ResumeRefused("too_large")
    await antivirus.scan(content)
    kind = _checked_kind(content, file_name)
    answer = await _read(content, kind)
    if answer.refused is not None:
        log.info("resume_refused", reason=answer.refused, bytes=len(content))
        raise ResumeRefused(answer.refused)
    return answer.text


def _checked_kind(content: bytes, file_name: str) -> str:
    kind = file_name.rpartition(".")[2].lower()
    if kind not in _MAGIC or not content.startswith(_MAGIC[kind]):
        raise ResumeRefused("not_what_it_says")
    if kind == "txt" and content.startswith(tuple(filter(None, _MAGIC.values()))):
        raise ResumeRefused("not_what_it_says")
    if kind != "docx" and zipfile.is_zipfile(io.BytesIO(content)):
        raise ResumeRefused("not_what_it_says")
    return kind


async def _read(content: bytes, kind: str) -> _Read:
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_READER),
        kind,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    try:
        async with asyncio.timeout(READING_MAX_S):
            said, _ = await reader.communicate(content)
    except TimeoutError:
        return _Read(refused="too_slow")
    finally:
        if reader.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                reader.kill()
            await reader.wait()
    try:
        return msgspec.json.decode(said, type=_Read)
    except msgspec.DecodeError:
        out_of_time = reader.returncode in {-signal.SIGXCPU, -signal.SIGKILL}
        return _Read(refused="too_slow" if out_of_time else "unreadable")
