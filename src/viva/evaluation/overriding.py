"""Where a person departs from a draft, and when they must say why (C05, C07). Pure.

A first view that was scored blind to the draft needs no reason: it could not depart from what it did not
know. Whoever has seen the draft gives one when they change a level to something else than the draft's, or
when they now say something else than in their first view, be it a level or the decision.
"""

from collections.abc import Mapping, Sequence

import msgspec

from viva.evaluation.model import CriterionResult, Decision, Level, Review


class Overridden(msgspec.Struct, frozen=True):
    """What is said otherwise after the draft was seen: criteria by key, and whether the decision is."""

    keys: tuple[str, ...] = ()
    decision: bool = False

    @property
    def needs_reason(self) -> bool:
        """Whether there is anything to explain."""
        return bool(self.keys) or self.decision


class Differing(msgspec.Struct, frozen=True, kw_only=True):
    """Of the criteria that drafts by one model under one version levelled and people scored blind to them,
    how many got another level. `reviews` of `interviews` are what that rests on.
    """

    model: str
    prompt_version: str | None
    criteria: int
    differing: int
    reviews: int
    interviews: int

    @property
    def rate_pct(self) -> float:
        """The override rate; there is no such struct for nothing, so this is never made up."""
        return 100 * self.differing / self.criteria


def drafted_levels(criteria: Sequence[CriterionResult]) -> dict[str, Level]:
    """What the draft says, where it says anything."""
    return {one.key: one.level for one in criteria if one.level is not None}


def overridden(
    levels: Mapping[str, Level | None],
    decision: Decision | None,
    *,
    drafted: Mapping[str, Level],
    earlier: Sequence[Review],
) -> Overridden:
    """What somebody who has seen the draft now says otherwise, so that a reason is needed.

    `drafted` are the draft's levels, `earlier` their own views, oldest first.
    """
    if not earlier:
        return Overridden(tuple(key for key, level in drafted.items() if levels.get(key) != level))
    first, newest = earlier[0], earlier[-1]
    keys = (
        key
        for key, level in levels.items()
        if level != first.levels.get(key)
        or (level != newest.levels.get(key) and key in drafted and level != drafted[key])
    )
    return Overridden(tuple(keys), first.decision is not None and decision != first.decision)
