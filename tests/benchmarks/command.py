"""What `viva bench` runs: the measurement, told as lines or as JSON."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.benchmarks.follow_ups import time_follow_ups
from tests.benchmarks.model import Figures, Wanted
from tests.benchmarks.run import measure
from tests.benchmarks.soak import endure
from tests.benchmarks.starts import watch_starts


def command(
    say: Callable[[str], None],
    *,
    as_json: bool,
    split: bool,
    compare: bool,
    profile: str,
    soak: float | None,
    starts: bool,
    joins: int,
    follow_ups: bool,
    delay: float,
    **given: Any,
) -> None:
    """Measure and tell. Raises `OSError` with one sentence when it cannot be measured."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no part of it is left running
    wanted = Wanted(**given, profile=_absolute(profile))
    try:
        if follow_ups:
            found: Any = asyncio.run(time_follow_ups(wanted, delay))
        elif starts:
            found = asyncio.run(watch_starts(wanted))
        else:
            found = asyncio.run(measure(wanted) if soak is None else endure(wanted, soak, joins))
        told: dict[str, Any] = msgspec.to_builtins(found)
        if isinstance(found, Figures) and split:
            told |= _split(found.cpu_per_interview_pct, wanted)
        if isinstance(found, Figures) and compare:
            told |= _beside(found.cpu_per_interview_pct, wanted.seconds, video=wanted.video)
    except (ExceptionGroup, httpx.HTTPError, TimeoutError) as error:
        raise OSError(f"the benchmark did not get through: {_reason(error)}.") from error
    if as_json:
        say(msgspec.json.encode(told).decode())
        return
    for name, value in told.items():
        say(f"{name:<24} {_plain(value)}")


def _absolute(path: str) -> str:
    """The server runs in a folder of its own."""
    return str(Path(path).absolute()) if path else ""


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__} {error}".strip()


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "".join(f"\n  {_plain(each)}" for each in value)
    if isinstance(value, dict):
        return "   ".join(f"{name} {each}" for name, each in value.items())
    return str(value)


def _split(all_pct: float, wanted: Wanted) -> dict[str, Any]:
    """The same again with a vendor that hears no words: nothing to store and to show."""
    media_pct = asyncio.run(measure(msgspec.structs.replace(wanted, captions=False))).cpu_per_interview_pct
    shares = {"media_relay_recording": media_pct, "captions_database": round(all_pct - media_pct, 3)}
    return {"cpu_per_interview_split_pct": shares}


def _beside(ours_pct: float, seconds: float, *, video: bool) -> dict[str, Any]:
    """The original's design on the same job in the same run of the command."""
    from tests.benchmarks.beside import measure_original

    theirs = asyncio.run(measure_original(seconds, video=video))
    return {"original": theirs, "times_cheaper": round(theirs["cpu_per_interview_pct"] / ours_pct, 1)}
