"""`viva bench`: what an interview costs this machine. The benchmark itself lies in `tests/benchmarks/`."""

import importlib
import sys
from typing import Any

import click

from viva.cli.saying import CannotDo, plainly, say
from viva.platform.paths import ROOT


@click.command()
@click.option("--interviews", type=click.IntRange(1, 500), default=1, show_default=True, help="At once.")
@click.option("--seconds", type=click.FloatRange(1), default=10.0, show_default=True, help="Measured.")
@click.option("--video/--no-video", default=True, show_default=True, help="Send a picture, too.")
@click.option("--record/--no-record", default=True, show_default=True, help="Keep the recordings.")
@click.option("--captions/--no-captions", default=True, show_default=True, help="Let the vendor hear words.")
@click.option("--split", is_flag=True, help="Run again without captions: the share of media and relay.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.option("--database", default="", help="A PostgreSQL to use instead of one of the run's own.")
@click.option("--compare", is_flag=True, help="Measure the decoding, re-encoding design beside it.")
@click.option("--profile", default="", help="Write a profile of the server to this file; it slows it down.")
@click.option("--starts", is_flag=True, help="Instead: how long do starts hold up the event loop?")
@click.option("--soak", type=click.FloatRange(0.1), metavar="MINUTES", help="Instead: does anything grow?")
@click.option("--joins", type=click.IntRange(1), default=200, show_default=True, help="During a soak.")
@click.option("--follow-ups", is_flag=True, help="Instead: how soon does a question follow on an answer?")
@click.option("--delay", type=click.FloatRange(0), default=0.8, show_default=True, help="Of the fake model.")
@plainly
def bench(*, as_json: bool, **wanted: Any) -> None:
    """Start a server, a fake vendor and real WebRTC clients, and tell what an interview costs."""
    _benchmarks().command(say, as_json=as_json, **wanted)


def _benchmarks() -> Any:
    """The benchmark's door. Raises `CannotDo` where it is not at hand."""
    if not (ROOT / "tests" / "benchmarks").is_dir():
        raise CannotDo("the benchmark needs a checkout of viva's source, where it lies in tests/benchmarks.")
    if sys.platform != "linux":
        raise CannotDo("the benchmark needs Linux, whose kernel counts what each thread has used.")
    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module("tests.benchmarks.command")
    except ModuleNotFoundError as error:
        raise CannotDo(f"the benchmark needs the development packages ({error.name} is missing).") from None
