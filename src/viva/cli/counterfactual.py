"""`viva counterfactual`: does it matter who says it? The same answers of two who differ in one thing."""

import asyncio
from typing import Any, get_args

import click
import msgspec

from viva.bootstrap import language_model
from viva.cli.saying import CannotDo, plainly, say
from viva.evaluation import (
    Cost,
    EvidenceFinder,
    LevelsCompared,
    Marker,
    QuotesCompared,
    Reader,
    compare_levels,
    compare_quotes,
    cost_of,
    paired_requests,
    publish_pairs,
)
from viva.platform.clock import SystemClock
from viva.platform.errors import VivaError
from viva.platform.settings import Settings, load
from viva.questions import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
NOT_A_REPORT = (
    "These are made-up texts, few of them. They show what a marker in the words does; "
    "they say nothing about real groups of people."
)


@click.command()
@click.option("--with-model", is_flag=True, help="Compare levels by the language model too; it is paid for.")
@click.option("--drafts", type=click.IntRange(1, 9), default=None, help="Drafts of a reading; as set.")
@click.option("--yes", is_flag=True, help="Do not ask before the model is paid for.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@click.option("--publish", is_flag=True, hidden=True, help="For maintainers: write the published figures.")
@plainly
def counterfactual(*, with_model: bool, drafts: int | None, yes: bool, as_json: bool, publish: bool) -> None:
    """Compare answers that differ in a name, a gender, a region or a school only.

    For the evidence finder the quotes of both are compared. With --with-model a language model gives both
    levels, where masking has not made them the same words. Nothing is stored, and no budget is touched.
    """
    quotes = asyncio.run(_quotes())
    found: dict[str, Any] = {"quotes": quotes}
    if not as_json:
        _show_quotes(quotes)
    if publish:
        publish_pairs(quotes, SystemClock().now().date())
    if with_model:
        settings = load()
        if not settings.anthropic_api_key:
            raise CannotDo("no ANTHROPIC_API_KEY is set, so no model was asked: its levels are NOT measured.")
        wanted = drafts or settings.scoring_drafts
        _agree_to(_cost(wanted), settings.llm_model, sure=yes)
        found["levels"] = asyncio.run(_levels(settings, wanted))
        if not as_json:
            _show_levels(found["levels"], settings.llm_model)
    elif not as_json:
        say("\nA model was not asked (--with-model): its levels are NOT measured here.")
    say(msgspec.json.encode(found).decode() if as_json else f"\n{NOT_A_REPORT}")


async def _quotes() -> dict[Language, dict[Marker, QuotesCompared]]:
    finder = EvidenceFinder()
    return {language: await compare_quotes(language, finder) for language in LANGUAGES}


def _cost(drafts: int) -> Cost:
    pairs = [three for language in LANGUAGES for three in paired_requests(language, drafts)]
    return cost_of(request for _, one, other in pairs for request in (one, other, one))


def _agree_to(cost: Cost, model: str, *, sure: bool) -> None:
    told = f"{cost.calls} calls of {model}, about {cost.tokens:,} tokens, at most {cost.tokens_at_most:,}"
    click.echo(f"\n{told}.", err=True)
    if not sure and not click.confirm("Go on?", err=True):
        raise CannotDo("no model was asked.")


async def _levels(settings: Settings, drafts: int) -> dict[Language, dict[Marker, LevelsCompared]]:
    model = language_model(settings)
    assert model is not None  # noqa: S101 (there is a key)
    async with model:
        reader = Reader(SystemClock(), EvidenceFinder(use_encoder=False), model)
        try:
            return {language: await compare_levels(language, reader, drafts) for language in LANGUAGES}
        except VivaError as error:
            raise CannotDo(
                f"the comparison stopped, and its levels are NOT measured: {error.code}."
            ) from error


def _show_quotes(found: dict[Language, dict[Marker, QuotesCompared]]) -> None:
    say(f"{'language':<10}{'differ in':<11}{'pairs':>6}{'hidden by masking':>19}{'other quotes':>16}")
    for language, by_marker in found.items():
        for marker, one in by_marker.items():
            other = f"{one.other_quotes} of {one.judgements}"
            say(f"{language:<10}{marker:<11}{one.pairs:>6}{one.hidden:>19}{other:>16}")


def _show_levels(found: dict[Language, dict[Marker, LevelsCompared]], model: str) -> None:
    say(f"\nLevels by {model}, of the pairs that masking does not hide")
    say(f"{'language':<10}{'differ in':<11}{'pairs':>6}{'other level':>14}{'the same read again':>22}")
    for language, by_marker in found.items():
        for marker, one in by_marker.items():
            other, again = f"{one.other_level} of {one.judgements}", f"{one.again} of {one.judgements}"
            say(f"{language:<10}{marker:<11}{one.pairs:>6}{other:>14}{again:>22}")
