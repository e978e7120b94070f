"""What `viva bench` runs: the measurement, told as lines or as JSON."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.benchmarks.model import Wanted
from tests.benchmarks.run import measure


def command(say: Callable[[str], None], *, as_json: bool, compare: bool, profile: str, **wanted: Any) -> None:
    """Measure and tell. Raises `OSError` with one sentence when it cannot be measured."""
    try:
        found: dict[str, Any] = msgspec.to_builtins(
            asyncio.run(measure(Wanted(**wanted, profile=_absolute(profile))))
        )
        if compare:
            found |= _beside(found["cpu_per_interview_pct"], wanted["seconds"], video=wanted["video"])
    except (ExceptionGroup, httpx.HTTPError, TimeoutError) as error:
        raise OSError(f"the benchmark did not get through: {_reason(error)}.") from error
    if as_json:
        say(msgspec.json.encode(found).decode())
        return
    for name, value in found.items():
        say(f"{name:<24} {_plain(value)}")


def _absolute(path: str) -> str:
    """The server runs in a folder of its own."""
    return str(Path(path).absolute()) if path else ""


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__} {error}".strip()


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "   ".join(f"{name} {each}" for name, each in value.items())
    return str(value)


def _beside(ours_pct: float, seconds: float, *, video: bool) -> dict[str, Any]:
    """The original's design on the same job in the same run of the command."""
    from tests.benchmarks.beside import measure_original

    theirs = asyncio.run(measure_original(seconds, video=video))
    return {"original": theirs, "times_cheaper": round(theirs["cpu_per_interview_pct"] / ours_pct, 1)}
