"""What repeated readings of the same interviews say about a model and its instructions. Pure.

Nothing here says whether a level is right: only whether it comes again. A flip is a run that gives another
level (or none) than most runs of the same interview by the same variant.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from viva.evaluation.agreement import spread
from viva.evaluation.model import LEVELS, Findings, Level

Given = Level | Literal["not_scored"]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One reading; `variant` counts from 0."""

    session_id: UUID
    variant: int
    run: int
    findings: Findings
    tokens: int
    cost_microusd: int | None


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion of one interview, read again and again by one variant.

    `given` holds each run's level in order, `usual` the most frequent, `spread` the steps between the lowest
    and the highest level that was given, `flips` how many runs differ from the usual one.
    """

    key: str
    title: str
    given: tuple[Given, ...]
    usual: Given
    spread: int
    flips: int


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One variant over all interviews. `judgements` is runs times criteria; costs are of all runs."""

    interviews: dict[UUID, tuple[Repeated, ...]]
    runs: int
    unsettled: int
    judgements: int
    flips: int
    widest: int
    tokens: int
    cost_microusd: int | None

    @property
    def flips_pct(self) -> float:
        """How many of a hundred judgements do not come again."""
        return 100 * self.flips / self.judgements if self.judgements else 0.0


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What the second variant usually says otherwise; `steps` is None where one of them gives no level."""

    session_id: UUID
    key: str
    title: str
    first: Given
    second: Given
    steps: int | None


def variant_of(runs: Sequence[Run]) -> Variant:
    """All runs of one variant."""
    by_session: dict[UUID, list[Run]] = {}
    for run in sorted(runs, key=lambda one: one.run):
        by_session.setdefault(run.session_id, []).append(run)
    interviews = {session: repeated([one.findings for one in mine]) for session, mine in by_session.items()}
    results = [one for criteria in interviews.values() for one in criteria]
    costs = [run.cost_microusd for run in runs]
    return Variant(
        interviews=interviews,
        runs=len(runs),
        unsettled=sum(run.findings.status != "ready" for run in runs),
        judgements=sum(len(one.given) for one in results),
        flips=sum(one.flips for one in results),
        widest=max((one.spread for one in results), default=0),
        tokens=sum(run.tokens for run in runs),
        cost_microusd=sum(cost or 0 for cost in costs) if any(cost is not None for cost in costs) else None,
    )


def repeated(readings: Sequence[Findings]) -> tuple[Repeated, ...]:
    """Criterion by criterion; one that a reading does not have was not scored by it."""
    titles = {result.key: result.title for findings in readings for result in findings.criteria}
    return tuple(_repeated(key, title, readings) for key, title in titles.items())


def differences(first: Variant, second: Variant) -> tuple[Difference, ...]:
    """Where the two usually say something else, over the interviews that both have read."""
    return tuple(
        Difference(
            session_id=session,
            key=one.key,
            title=one.title,
            first=one.usual,
            second=other.usual,
            steps=_steps(one.usual, other.usual),
        )
        for session, criteria in first.interviews.items()
        for one in criteria
        for other in second.interviews.get(session, ())
        if one.key == other.key and one.usual != other.usual
    )


def _repeated(key: str, title: str, readings: Sequence[Findings]) -> Repeated:
    given = tuple(_given(key, findings) for findings in readings)
    # Of two that are as frequent the more cautious is the usual one: none, then the lower level.
    order: tuple[Given, ...] = ("not_scored", *LEVELS)
    counts = Counter(given)
    usual = max(order, key=lambda one: (counts[one], -order.index(one)))
    return Repeated(
        key=key,
        title=title,
        given=given,
        usual=usual,
        spread=spread([one for one in given if one != "not_scored"]),
        flips=len(given) - counts[usual],
    )


def _given(key: str, findings: Findings) -> Given:
    level = next((result.level for result in findings.criteria if result.key == key), None)
    return level or "not_scored"


def _steps(one: Given, other: Given) -> int | None:
    if one == "not_scored" or other == "not_scored":
        return None
    return LEVELS.index(other) - LEVELS.index(one)
