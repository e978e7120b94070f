"""The server of a run: `viva serve`, and what a measurement may ask for besides.

`python -m tests.benchmarks.server [--no-record] [--profile FILE] [--callbacks FILE]` leaves out recording,
runs under a profiler, times callbacks; the settings come from the environment.
"""

import argparse
import asyncio
import cProfile
from pathlib import Path
from typing import Any

from tests.benchmarks.callbacks import record_callbacks

from viva.cli import main, serving
from viva.media import Recordings


class NotRecording:
    """Stands where a recorder would, for the share that recording has in the costs."""

    part = None

    def audio(self, packet: object) -> None: ...

    def video(self, frame: object) -> None: ...

    def clock(self, clock: object) -> None: ...

    def state(self, state: object) -> None: ...

    async def close(self) -> None: ...


def _not_recording(*_given: Any, **_named: Any) -> NotRecording:
    return NotRecording()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-record", action="store_true")
    parser.add_argument("--profile")
    parser.add_argument("--callbacks", type=Path)
    given = parser.parse_args()
    if given.no_record:
        Recordings.record = _not_recording  # type: ignore[method-assign, assignment]  # see NotRecording
    if given.callbacks:
        serving._new_loop = asyncio.new_event_loop
        record_callbacks(given.callbacks)
    if given.profile:
        with cProfile.Profile() as profile:
            try:
                main(["serve"], standalone_mode=False)
            finally:
                profile.dump_stats(given.profile)
    else:
        main(["serve"])
