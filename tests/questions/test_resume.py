"""Résumés are read by a process that is bounded in every way (S18)."""

import json
import resource
import shlex
import signal
import subprocess
import sys

import pytest
from tests.questions.resumes import docx, pdf

from viva.platform.antivirus import Antivirus, InfectedFile
from viva.questions import ResumeRefused, resume, resume_reader, resume_text

NO_SCANNER = Antivirus("")
BOMB = b" " * 200_000_000


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """However busy this machine is: only one test is about the clock, the processor's limit holds in all."""
    monkeypatch.setattr(resume, "READING_MAX_S", 60.0)


async def refused(content, name):
    with pytest.raises(ResumeRefused) as raised:
        await resume_text(content, name, NO_SCANNER)
    return raised.value.params["reason"]


async def test_the_text_of_a_pdf_is_read():
    assert await resume_text(pdf("Built the scheduler", "Led the migration"), "cv.pdf", NO_SCANNER) == (
        "Built the scheduler Led the migration"
    )


async def test_the_text_of_a_word_document_is_read_in_korean_too():
    assert (
        await resume_text(docx("배차 시스템을", "개발했습니다"), "이력서.DOCX", NO_SCANNER)
        == "배차 시스템을 개발했습니다"
    )


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (pdf("text"), "cv.docx", "not_what_it_says"),
        (docx("text"), "cv.pdf", "not_what_it_says"),
        (pdf("text"), "cv.exe", "not_what_it_says"),
        (pdf("text") + docx("text"), "cv.pdf", "not_what_it_says"),
        (b"%PDF-1.4 and then nothing", "cv.pdf", "unreadable"),
        (pdf(*["page"] * 31), "cv.pdf", "too_many_pages"),
        (pdf(*["page"] * 10_000), "cv.pdf", "too_many_pages"),
        (pdf(""), "cv.pdf", "no_text"),
        (docx(body=" " * 9_000_000), "cv.docx", "too_large"),
        (docx("text", doctype='<!DOCTYPE a [<!ENTITY b "c">]>'), "cv.docx", "unreadable"),
        (docx("text", parts={f"{n}": b"" for n in range(2001)}), "cv.docx", "too_large"),
        (b"%PDF-" + b" " * 10_000_000, "cv.pdf", "too_large"),
        (pdf("text"), "cv.txt", "not_what_it_says"),
        (b"text" + docx("text"), "cv.txt", "not_what_it_says"),
        (b"\x7fELF\x01\x00", "cv.txt", "not_what_it_says"),
        (b"\xff\xff\xff\xff", "cv.txt", "not_what_it_says"),
        (b" \n\t ", "cv.txt", "no_text"),
    ],
)
async def test_S18_what_is_not_plainly_a_resume_is_refused_with_the_reason(content, name, reason):
    assert await refused(content, name) == reason


async def test_S18_a_file_that_unpacks_without_end_costs_bounded_memory_and_seconds():
    reason = await refused(pdf("page", content=BOMB), "cv.pdf")
    assert reason in {"too_large", "unreadable", "too_slow", "no_text"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
async def test_a_text_file_is_read_in_whatever_korean_editors_write(encoding):
    content = "배차 시스템을\r\n개발했습니다".encode(encoding)
    assert await resume_text(content, "이력서.txt", NO_SCANNER) == "배차 시스템을 개발했습니다"


async def test_S18_the_scanner_sees_a_file_before_anything_else_looks_into_it(monkeypatch):
    monkeypatch.setattr(resume, "_read", None)  # nothing is left that could read
    scanner = Antivirus(shlex.join([sys.executable, "-c", "raise SystemExit(1)"]))
    with pytest.raises(InfectedFile):
        await resume_text(b"whatever it is", "cv.exe", scanner)


def test_S18_a_parser_that_computes_without_end_is_dead_after_five_seconds_of_it():
    """By the processor's clock, which the kernel keeps: no other load can stretch or shorten it."""
    script = (
        "import sys, runpy; runpy.run_path(sys.argv[1])['_give_up_rights']()\n"
        "print(sys.version, flush=True)\nwhile True: pass"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        [sys.executable, "-I", "-c", script, resume_reader.__file__],
        check=False,
        capture_output=True,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.stdout
    assert ended.returncode in {-signal.SIGXCPU, -signal.SIGKILL}
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used_s < resume_reader.CPU_MAX_S + 1


async def test_S18_a_reader_that_takes_too_long_is_killed(monkeypatch):
    monkeypatch.setattr(resume, "READING_MAX_S", 0.0)
    assert await refused(pdf("page"), "cv.pdf") == "too_slow"


async def test_S18_paths_inside_a_document_lead_nowhere(tmp_path):
    text = await resume_text(docx("text", parts={"../../escaped.txt": b"out"}), "../../cv.docx", NO_SCANNER)
    assert text == "text"
    assert list(tmp_path.parent.glob("**/escaped.txt")) == []


def test_S18_the_reader_has_no_way_to_a_network_or_a_file():
    script = (
        "import sys, runpy, socket; reader = runpy.run_path(sys.argv[1]); reader['_give_up_rights']()\n"
        "import json\nfound = []\n"
        "for act in (lambda: socket.socket(), lambda: open('/etc/hostname')):\n"
        "    try: act(); found.append('open')\n"
        "    except OSError as error: found.append(error.errno)\n"
        "print(json.dumps(found))"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-c", script, resume_reader.__file__],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(said.stdout) == [24, 24]
