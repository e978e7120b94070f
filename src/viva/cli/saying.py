"""How commands speak to a person: lines on stdout, and one sentence on stderr when something fails."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from viva.platform.errors import VivaError
from viva.platform.migrations import MigrationError
from viva.platform.postgres import PostgresError
from viva.platform.settings import SettingsError

P = ParamSpec("P")
R = TypeVar("R")

INTERRUPTED = 130
"""What a shell reports for a command that Ctrl-C ended."""


class CannotDo(Exception):
    """The command cannot do its job; the message is the one sentence that the person reads."""


_EXPECTED = (CannotDo, SettingsError, PostgresError, MigrationError, VivaError, OSError)


def say(line: str = "") -> None:
    """A line for the person at the terminal."""
    click.echo(line)


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what may be expected to go wrong into one sentence on stderr and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except _EXPECTED as error:
            click.echo(f"viva: {sentence(error)}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    return run


def sentence(error: BaseException) -> str:
    """The error in words for a person."""
    if isinstance(error, VivaError):
        return error.message.format(**error.params)
    return str(error) or type(error).__name__
