"""`viva doctor` looks a machine over and changes nothing."""

import socket

import pytest

from viva.cli.checks.machine import check_receive_buffer
from viva.media import ReceiveBuffer, receive_buffer

REFUSED = "postgresql://viva:very-private@127.0.0.1:1/viva"


def test_on_an_empty_folder_the_main_job_can_run_and_nothing_is_made(viva, tmp_path):
    report = viva("doctor")
    assert report.returncode == 0, report.stdout + report.stderr
    assert "The main job can run." in report.stdout
    for subject in (
        "Python",
        "files",
        "settings",
        "secret",
        "database",
        "migrations",
        "disk",
        "server",
        "media port",
        "media buffer",
        "speech",
        "language model",
        "virus scanner",
    ):
        assert sum(subject in line[:18] for line in report.stdout.splitlines()) == 1, subject
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_cannot_work_is_one_line_and_exit_1(viva):
    report = viva("doctor", VIVA_SECRET_KEY="short-and-private")
    assert report.returncode == 1
    assert "✗ settings" in report.stdout
    assert "short-and-private" not in report.stdout + report.stderr
    assert "Traceback" not in report.stderr


def test_a_database_that_does_not_answer_is_told_without_its_password(viva):
    report = viva("doctor", VIVA_DATABASE_URL=REFUSED)
    assert report.returncode == 1
    assert "✗ database" in report.stdout
    assert "very-private" not in report.stdout + report.stderr


def test_a_media_port_that_somebody_else_has_is_told(viva):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", 0))
        report = viva("doctor", VIVA_MEDIA_PORT=str(taken.getsockname()[1]))
    assert report.returncode == 1
    assert "✗ media port" in report.stdout


def test_a_receive_buffer_that_the_system_cuts_short_is_told_with_what_to_do() -> None:
    finding = check_receive_buffer(ReceiveBuffer(asked=16 * 1024**2, granted=212_992))
    assert finding.level == "note"
    assert "0.203 MiB instead of 16 MiB" in finding.words
    assert "net.core.rmem_max=16777216" in finding.words
    assert check_receive_buffer(ReceiveBuffer(asked=5, granted=5)).level == "ok"


def test_the_receive_buffer_is_the_one_that_a_media_socket_gets() -> None:
    buffer = receive_buffer()
    assert 0 < buffer.granted <= buffer.asked


def test_a_page_port_that_another_program_has_is_told(viva):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        report = viva("doctor", VIVA_PORT=str(taken.getsockname()[1]))
    assert report.returncode == 1
    assert "✗ server" in report.stdout


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"VIVA_STT": "off"}, "switched off"),
        ({"DEEPGRAM_API_KEY": "key-of-mine"}, "Deepgram recognises speech"),
        ({"ANTHROPIC_API_KEY": "key-of-mine"}, "by Anthropic's API"),
        (
            {"ANTHROPIC_API_KEY": "key-of-mine", "ANTHROPIC_BASE_URL": "http://127.0.0.1:1"},
            "does not answer",
        ),
        ({"VIVA_ANTIVIRUS_COMMAND": "cat"}, "every upload is scanned first"),
        ({"VIVA_ANTIVIRUS_COMMAND": "/nowhere/scanner -"}, "no upload is taken"),
    ],
)
def test_it_says_which_engines_would_work_and_never_their_keys(viva, settings, words):
    report = viva("doctor", **settings)
    assert report.returncode == 0, report.stdout
    assert words in report.stdout
    assert "key-of-mine" not in report.stdout
