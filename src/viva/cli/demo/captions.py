"""Captions in a terminal: an interim is written over the one before, a final stays."""

import shutil
import sys

import click


def clock(at_ms: int) -> str:
    """A place on the interview's clock, as 1:05."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    return f"{minutes}:{seconds:02}"


class Captions:
    """Shows what is heard, as it comes. Without a terminal only the finals are written."""

    def __init__(self) -> None:
        self._in_place = sys.stdout.isatty()
        self.interims = 0
        self.finals = 0

    def show(self, text: str, *, is_final: bool, start_ms: int, end_ms: int, late: bool) -> None:
        """One result; `late` if it belongs to a question that has passed."""
        if is_final:
            self.finals += 1
            span = click.style(f"{clock(start_ms)}–{clock(end_ms)}", dim=True)
            self._write(f"  {span}  {'(the answer before) ' if late else ''}{text}\n")
            return
        self.interims += 1
        if self._in_place:
            room = shutil.get_terminal_size().columns - 6
            self._write(click.style(f"  … {text[-room:]}", dim=True))

    def tell(self, line: str) -> None:
        """A line between captions."""
        self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        click.echo(("\r\x1b[2K" if self._in_place else "") + text, nl=False)
