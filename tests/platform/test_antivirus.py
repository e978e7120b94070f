"""S18: every upload passes the virus scanner first, and a scanner that says nothing lets nothing pass."""

import shlex
import sys

import pytest

from viva.platform.antivirus import Antivirus, FileNotScanned, InfectedFile

READS = "import sys; sys.exit(1 if b'EICAR' in sys.stdin.buffer.read() else 0)"
OPENS = "import sys; sys.exit(1 if b'EICAR' in open(sys.argv[1], 'rb').read() else 0)"


def python(program, *words):
    return shlex.join([sys.executable, "-c", program, *words])


@pytest.mark.parametrize("command", [python(READS), python(OPENS, "{path}")])
async def test_S18_a_clean_file_passes_and_an_infected_one_does_not(command):
    scanner = Antivirus(command)
    await scanner.scan(b"%PDF-1.4 clean")
    with pytest.raises(InfectedFile):
        await scanner.scan(b"%PDF-1.4 EICAR")


@pytest.mark.parametrize(
    "command", ["/nowhere/scanner", python("raise SystemExit(2)"), python("import os; os.abort()")]
)
async def test_S18_a_scanner_that_is_missing_or_fails_lets_nothing_pass(command):
    with pytest.raises(FileNotScanned):
        await Antivirus(command).scan(b"%PDF-1.4 clean")


async def test_S18_a_scanner_that_does_not_come_to_an_end_is_ended():
    endless = Antivirus(python("import threading; threading.Event().wait()"), most_s=0.0)
    with pytest.raises(FileNotScanned):
        await endless.scan(b"%PDF-1.4 clean")


async def test_S18_a_large_file_that_the_scanner_does_not_read_to_its_end_is_no_failure():
    with pytest.raises(InfectedFile):
        await Antivirus(python("raise SystemExit(1)")).scan(b"x" * 9_000_000)


async def test_without_a_scanner_everything_passes():
    await Antivirus("").scan(b"EICAR")
