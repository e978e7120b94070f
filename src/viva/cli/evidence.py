"""`viva evidence`: how often the evidence finder quotes the right words, on answers labelled by people."""

import sys
from typing import get_args

import click
import msgspec

from viva.cli.saying import CannotDo, plainly, say
from viva.evaluation import LabelledSet, answers, measure, publish_finder
from viva.platform.clock import SystemClock
from viva.questions import Language


@click.command()
@click.option(
    "--set",
    "labelled",
    type=click.Choice(["held_out", "tuning"]),
    default="held_out",
    show_default=True,
    help="The weights were chosen on `tuning`; `held_out` was only ever measured.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--publish", is_flag=True, hidden=True, help="For maintainers: write the published figures.")
@plainly
def evidence(labelled: LabelledSet, *, as_json: bool, publish: bool) -> None:
    """Measure the evidence finder: fused, by keywords alone, by the encoder alone."""
    languages: tuple[Language, ...] = get_args(Language)
    try:
        found = {language: measure(language, labelled) for language in languages}
    except LookupError as error:
        raise CannotDo(f"{error.args[0]}, so there is nothing to compare.") from None
    if publish and labelled == "held_out":
        sizes = {language: sum(1 for _ in answers(language, labelled)) for language in languages}
        publish_finder(found, sizes, SystemClock().now().date())
    if as_json:
        say(msgspec.json.encode(found).decode())
        return
    say(f"{'language':<10}{'pairs':>6}  {'ranked by':<10}{'top-1':>7}{'mean reciprocal rank':>22}")
    worse = False
    for language, by_method in found.items():
        for method, figures in by_method.items():
            numbers = f"{figures.top_1:>7.3f}{figures.mean_reciprocal_rank:>22.3f}"
            say(f"{language:<10}{figures.pairs:>6}  {method:<10}{numbers}")
        alone = [figures for method, figures in by_method.items() if method != "fused"]
        fused = by_method["fused"]
        worse |= any(
            fused.top_1 <= one.top_1 or fused.mean_reciprocal_rank <= one.mean_reciprocal_rank
            for one in alone
        )
    if worse:
        say("\nFusing is not better than each part alone here.")
        sys.exit(1)
    say("\nFusing is better than each part alone in every language.")
