"""How a draft came about and what it cost, as it goes over the wire: nothing in it is what the draft says."""

from datetime import datetime
from uuid import UUID

import msgspec

from viva.evaluation.model import Method
from viva.evaluation.service import Results
from viva.evaluation.store import Usage
from viva.evaluation.wording import BUDGETS
from viva.platform import budget
from viva.platform.i18n import gettext


class BudgetView(msgspec.Struct):
    """What was used of one budget, in words; the limits are None where there are none."""

    scope: str
    title: str
    tokens: int
    tokens_limit: int | None
    microusd: int
    microusd_limit: int | None
    tokens_under_way: int = 0
    """The most that calls under way may use up yet."""


class MadeView(msgspec.Struct, kw_only=True):
    """The draft that stands, by whom, under which versions, at what cost. `rubric_version` names criteria and
    weights by their content, `position_version` counts the position's own.
    """

    evaluation_id: UUID
    method: Method
    evaluated_by: str
    evaluated_at: datetime
    prompt_version: str | None
    rubric_version: str | None
    position_version: int | None
    drafts_asked: int
    drafts_used: int
    usage: Usage
    budgets: tuple[BudgetView, ...]


def budget_view(standing: budget.Standing) -> BudgetView:
    """A budget in the request's language."""
    return BudgetView(
        scope=standing.scope,
        title=gettext(BUDGETS[standing.scope]),
        tokens=standing.spent.tokens,
        tokens_limit=standing.limit.tokens,
        microusd=standing.spent.microusd,
        microusd_limit=standing.limit.microusd,
        tokens_under_way=standing.under_way.tokens,
    )


def made_view(results: Results) -> MadeView | None:
    """Of the draft that there is, also where it is hidden from the reader."""
    card = results.scorecard or results.hidden_card
    if card is None:
        return None
    return MadeView(
        evaluation_id=card.evaluation_id,
        method=card.findings.method,
        evaluated_by=card.evaluated_by,
        evaluated_at=card.created_at,
        prompt_version=card.prompt_version,
        rubric_version=card.rubric_version,
        position_version=results.position_version,
        drafts_asked=card.findings.drafts_asked,
        drafts_used=card.findings.drafts_used,
        usage=results.usage,
        budgets=tuple(map(budget_view, results.budgets)),
    )
