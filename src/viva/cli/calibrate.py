"""`viva calibrate`: read stored interviews again and again, and see whether the levels come again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import click
import msgspec

from viva.cli.alone import calibration_alone, database_alone
from viva.cli.neighbour import database_at
from viva.cli.saying import CannotDo, plainly, say
from viva.evaluation import CURRENT, VERSIONS, Calibration, Outcome, Wording
from viva.platform.database import Database
from viva.platform.jobs import RetryLater
from viva.platform.postgres import running_beside
from viva.platform.settings import Settings, load


@click.command()
@click.argument("sessions", type=click.UUID, nargs=-1, required=True)
@click.option("--runs", type=click.IntRange(1, 20), default=5, show_default=True, help="Readings of each.")
@click.option("--drafts", type=click.IntRange(1, 9), default=None, help="Drafts of a reading; as set.")
@click.option("--prompt", type=click.Choice(list(VERSIONS)), default=None, help="Instructions; as set.")
@click.option("--model", default="", help="Model; as set.")
@click.option("--against-prompt", type=click.Choice(list(VERSIONS)), default=None, help="Compare with these.")
@click.option("--against-model", default="", help="Compare with this model.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@plainly
def calibrate(
    sessions: Sequence[UUID],
    runs: int,
    drafts: int | None,
    prompt: str | None,
    model: str,
    against_prompt: str | None,
    against_model: str,
    *,
    as_json: bool,
) -> None:
    """Read the interviews SESSIONS (their ids) RUNS times each: spread, flips and cost of every criterion.

    With --against-prompt or --against-model the same is done by a second variant, and what it usually says
    otherwise is listed. No scorecard is changed.
    """
    settings = load()
    usual = prompt or settings.prompt_version or CURRENT
    variants = [Wording(usual, model)]
    if against_prompt or against_model:
        variants.append(Wording(against_prompt or usual, against_model or model))
    outcome = asyncio.run(
        _calibrate(settings, sessions, variants, runs, drafts or settings.scoring_drafts, quiet=as_json)
    )
    _show(outcome, settings.llm_model, as_json=as_json)


async def _calibrate(
    settings: Settings,
    sessions: Sequence[UUID],
    variants: Sequence[Wording],
    runs: int,
    drafts: int,
    *,
    quiet: bool,
) -> Outcome:
    async with (
        _database(settings) as database,
        calibration_alone(settings, database) as calibration,
    ):
        async with database.uow() as work:
            made = await calibration.start(work, sessions, variants, runs=runs, drafts=drafts, queued=False)
        await _work_off(calibration, made, quiet=quiet)
        async with database.uow() as work:
            return await calibration.outcome(work, made)


async def _work_off(calibration: Calibration, made: UUID, *, quiet: bool) -> None:
    def progress(done: int, total: int) -> None:
        if not quiet:
            say(f"  {done} of {total} readings")

    try:
        await calibration.work_off(made, progress)
    except RetryLater as later:
        raise CannotDo(f"the series stopped: {later.reason}. What was read so far is kept.") from later


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """The running server's, else one that is started for this."""
    beside = None if settings.database_url else await running_beside(settings.data_dir)
    if beside is None:
        async with database_alone(settings, lambda line: click.echo(line, err=True)) as database:
            yield database
    else:
        async with database_at(beside) as database:
            yield database


def _show(outcome: Outcome, usual_model: str, *, as_json: bool) -> None:
    if as_json:
        say(msgspec.json.encode(outcome).decode())
        return
    for wording, variant in zip(outcome.series.variants, outcome.variants, strict=True):
        cost = "" if variant.cost_microusd is None else f", ${variant.cost_microusd / 1_000_000:.4f}"
        say(f"\n{wording.model or usual_model}, instructions {wording.version}")
        say(
            f"  {variant.runs} readings, {variant.unsettled} without a scorecard; {variant.flips} of "
            f"{variant.judgements} judgements flip ({variant.flips_pct:.1f} %); widest spread "
            f"{variant.widest}; {variant.tokens:,} tokens{cost}"
        )
        for session_id, criteria in variant.interviews.items():
            say(f"  {session_id}")
            for one in criteria:
                levels = " ".join(one.given)
                say(f"    {one.title}: {one.usual}, spread {one.spread}, flips {one.flips}  [{levels}]")
    if len(outcome.variants) == 2:
        say(f"\nThe second usually says otherwise in {len(outcome.differences)} places:")
    for place in outcome.differences:
        say(f"  {place.session_id} {place.title}: {place.first} -> {place.second}")
    if outcome.series.stopped_reason:
        raise CannotDo(f"the series stopped before its end: {outcome.series.stopped_reason}.")
