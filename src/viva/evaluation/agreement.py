"""Several independent drafts of one scorecard become one, and how far they agree stays visible. Pure.

A level stands where more than half of the drafts gave one and no two of them are further apart than
neighbouring levels; it is their lower median. Where they contradict each other there is no level: the
person is told that the drafts disagree. Nothing is averaged into a number.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from viva.evaluation.evidence import Evidence
from viva.evaluation.model import LEVELS, Claim, CriterionResult, Findings, Level, concluded

FURTHEST_APART = 1
"""Steps between two levels of one criterion that still count as agreement."""
QUOTES_MAX = 4
CLAIMS_MAX = 6


def enough(used: int, asked: int) -> bool:
    """Whether so many usable drafts of those that were asked for are enough to be put together."""
    return used * 2 > asked


def combined(drafts: Sequence[Findings], *, asked: int) -> Findings:
    """The scorecard that the drafts give together; at least one, all with the same criteria in order."""
    if asked == 1:
        return drafts[0]
    by_criterion = zip(*(draft.criteria for draft in drafts), strict=True)
    together = Findings(
        status="ready",
        method="model",
        criteria=tuple(_criterion(results) for results in by_criterion),
        claims=_claims(drafts),
        drafts_asked=asked,
        drafts_used=len(drafts),
    )
    return concluded(together)


def median_level(levels: Sequence[Level]) -> Level:
    """The middle one, of two middle ones the lower."""
    order = sorted(LEVELS.index(level) for level in levels)
    return LEVELS[order[(len(order) - 1) // 2]]


def spread(levels: Sequence[Level]) -> int:
    """Steps between the lowest and the highest; 0 for none."""
    places = [LEVELS.index(level) for level in levels]
    return max(places) - min(places) if places else 0


def _criterion(results: Sequence[CriterionResult]) -> CriterionResult:
    given = [result.level for result in results if result.level is not None]
    drafts = tuple(result.level for result in results)
    dropped = sum(result.quotes_dropped for result in results)
    if not enough(len(given), len(results)):
        return _unscored(results, drafts, dropped)
    if spread(given) > FURTHEST_APART:
        evidence = _evidence(results)
        shown = msgspec.structs.replace(results[0], level=None, reason="", evidence=evidence)
        return msgspec.structs.replace(shown, note="drafts_disagree", drafts=drafts, quotes_dropped=dropped)
    level = median_level(given)
    agreeing = [result for result in results if result.level == level]
    return msgspec.structs.replace(
        agreeing[0], evidence=_evidence(agreeing), drafts=drafts, quotes_dropped=dropped
    )


def _unscored(
    results: Sequence[CriterionResult], drafts: tuple[Level | None, ...], dropped: int
) -> CriterionResult:
    """Not scored, with the note that most of the drafts have."""
    [(note, _)] = Counter(result.note for result in results if result.level is None).most_common(1)
    return msgspec.structs.replace(
        results[0],
        level=None,
        reason="",
        evidence=_evidence(results),
        note=note,
        drafts=drafts,
        quotes_dropped=dropped,
    )


def _evidence(results: Sequence[CriterionResult]) -> tuple[Evidence, ...]:
    """Each quote once, those first that most drafts gave."""
    counts = Counter(evidence for result in results for evidence in result.evidence)
    return tuple(evidence for evidence, _ in counts.most_common(QUOTES_MAX))


def _claims(drafts: Sequence[Findings]) -> tuple[Claim, ...]:
    """What more than half of the drafts claim, resting on words that overlap."""
    made = [(number, claim) for number, draft in enumerate(drafts) for claim in draft.claims]
    kept: list[Claim] = []
    for number, claim in made:
        if any(_same(claim, other) for other in kept):
            continue
        alike = {other_number for other_number, other in made if _same(claim, other)} | {number}
        if enough(len(alike), len(drafts)):
            kept.append(msgspec.structs.replace(claim, drafts=len(alike)))
    strongest_first = sorted(kept, key=lambda claim: -claim.drafts)[:CLAIMS_MAX]
    return tuple(sorted(strongest_first, key=lambda claim: claim.kind, reverse=True))


def _same(one: Claim, other: Claim) -> bool:
    """The same kind of claim on words that overlap; how it is put differs from draft to draft."""
    return one.kind == other.kind and any(_overlap(a, b) for a in one.evidence for b in other.evidence)


def _overlap(one: Evidence, other: Evidence) -> bool:
    if one.seq == other.seq and (one.quote in other.quote or other.quote in one.quote):
        return True
    return one.start_ms < other.end_ms and other.start_ms < one.end_ms
