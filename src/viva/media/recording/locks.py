"""Locks between processes that share one folder, as an old and a new one do in a deploy (F29).

The kernel frees them when their holder ends, however it ends. Where a file system knows no locks nobody is
kept out, and only one process at a time may use the folder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def claim(descriptor: int) -> bool:
    """Have this file for oneself until the descriptor is closed; False if somebody else has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks here
        return True
    return True


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until nobody else is in this block with the same folder. For threads. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # no locks here
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
