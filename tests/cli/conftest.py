"""Commands run as a person runs them: in a process of their own, in a folder of their own."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.server import free_port

Viva = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment() -> dict[str, str]:
    """Nothing of the machine's own settings, and ports that nobody uses."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VIVA_", "DEEPGRAM_", "ANTHROPIC_"))
    }
    return {**ours, "VIVA_PORT": str(free_port()), "VIVA_MEDIA_PORT": str(free_port(socket.SOCK_DGRAM))}


@pytest.fixture
def viva(tmp_path: Path, environment: dict[str, str]) -> Viva:
    """Run one command to its end in an empty folder."""

    def run(*arguments: str, timeout_s: float = 120, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "viva", *arguments],
            cwd=tmp_path,
            env={**environment, **settings},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    return run
