"""`viva serve` on an empty folder: up by itself, gone with whoever started it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from viva.asgi import Doorway
from viva.cli.serving import _server_config
from viva.platform.settings import Settings

PATIENCE_S = 60.0


def ready(port: str, timeout_s: float = PATIENCE_S) -> bool:
    """Whether `/readyz` answers 200 in time."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            wait_a_moment(0.1)
    return False


def wait_a_moment(seconds: float) -> None:
    """Let a foreign process go on; it has no event that could be waited for."""
    signal.sigtimedwait([], seconds)


def left_in(folder: Path, timeout_s: float = PATIENCE_S) -> list[str]:
    """Command lines of processes on `folder` that are still there after `timeout_s`."""
    until = time.monotonic() + timeout_s
    while (left := processes_on(folder)) and time.monotonic() < until:
        wait_a_moment(0.1)
    return left


def processes_on(folder: Path) -> list[str]:
    """Command lines of processes that work in or on `folder`."""
    told = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in told.splitlines() if str(folder) in line]


@pytest.fixture
def started(tmp_path, environment):
    """A server as `make run` starts it: the child of a process that waits for it."""
    environment = environment | {"VIVA_DATA_DIR": str(tmp_path / "data"), "VIVA_STT": "off"}
    command = f"{sys.executable} -m viva serve --with-parent; true"
    parent = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert ready(environment["VIVA_PORT"])
    yield parent
    with contextlib.suppress(ProcessLookupError):
        os.killpg(parent.pid, signal.SIGKILL)
    parent.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="reads process lists as Linux prints them")
@pytest.mark.parametrize("how", ["TERM", "INT", "KILL the server", "KILL whoever started it"])
def test_stopping_it_leaves_no_process(started, tmp_path, how):
    assert processes_on(tmp_path)
    if how == "KILL whoever started it":
        started.kill()
    else:
        child = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(started.pid)], capture_output=True, text=True, check=True
        ).stdout
        signals = {"TERM": signal.SIGTERM, "INT": signal.SIGINT, "KILL the server": signal.SIGKILL}
        os.kill(int(child), signals[how])
    assert left_in(tmp_path) == []


def test_the_first_admin_is_told_once_and_the_data_is_private(started, tmp_path):
    started.send_signal(signal.SIGKILL)
    told = started.communicate(timeout=PATIENCE_S)[0]
    assert told.count("First admin: admin@viva.local") == 1
    assert "viva is ready" in told
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0


def test_idle_connections_are_closed_by_proxies_and_not_by_us():
    """A request sent in the moment in which we close is lost; Caddy keeps an idle connection for 120 s."""
    assert _server_config(Doorway(Settings(), progress=print), Settings()).timeout_keep_alive > 120
