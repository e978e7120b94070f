"""Logs say what happened and nothing about anybody."""

import io
import json
import logging
import re

import pytest
import structlog
from tests.platform.web.app import DEVELOPMENT, PRODUCTION

from viva.platform.logging import configure

CANARIES = {
    "email": "kim.minsu@example.com",
    "name": "Kim Minsu Canary",
    "user_name": "canary-user",
    "text": "canary words that were spoken",
    "transcript": "canary transcript",
    "token": "canary-token",
    "candidate_token": "canary-candidate-token",
    "password": "canary-password",
    "authorization": "Bearer canary-bearer",
    "cookie": "viva=canary-cookie",
    "sdp": "v=0 canary-sdp",
    "join_url": "https://jobs.example.com/i/canary-url",
}


@pytest.fixture
def lines():
    """Production logging into memory; the logging that was there comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure(PRODUCTION, stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_S39_twelve_personal_values_are_dropped_at_any_depth(lines):
    log = structlog.get_logger("viva.test")
    log.info("flat", **CANARIES)
    log.info("deep", session={"who": CANARIES, "all": [CANARIES]})
    logging.getLogger("vendor").warning("said", extra={"details": CANARIES})
    printed = json.dumps(lines())
    assert len(lines()) == 3
    for value in CANARIES.values():
        assert value not in printed


def test_S39_tokens_and_addresses_inside_texts_are_dropped(lines):
    log = structlog.get_logger("viva.test")
    log.info("failed", reason="for kim@example.com with vcand_abcdefghijklmnop and Bearer abc.def")
    try:
        raise ValueError("duplicate key (email)=(lee@example.com) vkey_abcdefghijklmnop")
    except ValueError:
        log.exception("broken")
    printed = json.dumps(lines())
    for secret in ("kim@", "lee@", "abcdefghijklmnop", "abc.def"):
        assert secret not in printed


def test_S39_every_line_is_json_in_utc_with_level_and_logger(lines):
    structlog.get_logger("viva.test").info("나무", count=1)
    logging.getLogger("uvicorn.error").warning("from %s", "uvicorn")
    ours, theirs = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", ours["timestamp"])
    assert (ours["event"], ours["level"], ours["logger"], ours["count"]) == ("나무", "info", "viva.test", 1)
    assert (theirs["event"], theirs["level"], theirs["logger"]) == (
        "from uvicorn",
        "warning",
        "uvicorn.error",
    )


def test_S39_a_line_break_in_a_value_cannot_forge_a_record(lines):
    structlog.get_logger("viva.test").info("seen", route='/a\r\n{"event": "admin signed in"}')
    assert [line["event"] for line in lines()] == ["seen"]


def test_tracebacks_hold_no_local_variables(lines):
    def fail(said: str) -> None:
        raise RuntimeError("no")

    try:
        fail("what the candidate said")
    except RuntimeError:
        structlog.get_logger("viva.test").exception("broken")
    (line,) = lines()
    assert "RuntimeError: no" in line["exception"]
    assert "what the candidate said" not in line["exception"].replace('fail("what the candidate said")', "")


def test_development_prints_readable_lines(lines):
    stream = io.StringIO()
    configure(DEVELOPMENT, stream)
    structlog.get_logger("viva.test").info("started", port=8000)
    assert "started" in stream.getvalue()
    assert "port=8000" in stream.getvalue()
