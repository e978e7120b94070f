"""How it works, limits, accuracy: what whoever decides with viva's help has to know (C06, C08).

Every figure comes from a measuring command: those of the release from `published.json`, repeatability from
this installation's own calibration series. What was not measured is said in words.
"""

from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from viva.auth import requires_person
from viva.evaluation import CURRENT, Calibration, published
from viva.platform.database import Database, Work
from viva.platform.settings import Settings
from viva.platform.web import Page

SERIES_SHOWN = 3
"""Of the newest that came to their end: what an older model or wording did is no limit of this one."""


@get("/admin/limits")
async def show_limits(
    database: NamedDependency[Database],
    calibration: NamedDependency[Calibration],
    settings: NamedDependency[Settings],
) -> Page:
    """The page, for everybody of the hiring side."""
    async with database.uow() as work:
        repeated = await _repeated(work, calibration, settings)
    figures = published()
    return Page(
        "admin/limits.html",
        {
            "model": settings.llm_model if settings.anthropic_api_key else None,
            "version": settings.prompt_version or CURRENT,
            "drafts": settings.scoring_drafts,
            "finder": figures.finder,
            "pairs": figures.pairs,
            "repeated": repeated,
        },
    )


async def _repeated(work: Work, calibration: Calibration, settings: Settings) -> list[dict[str, Any]]:
    """What this installation's own readings show, variant by variant; nobody is named."""
    ended = [one for one in await calibration.recent(work) if one.finished_at and not one.stopped_reason]
    rows = []
    for series in ended[:SERIES_SHOWN]:
        outcome = await calibration.outcome(work, series.id)
        rows += [
            {
                "at": series.finished_at,
                "model": wording.model or settings.llm_model,
                "version": wording.version,
                "interviews": len(variant.interviews),
                "runs": series.runs,
                "drafts": series.drafts,
                "result": variant,
            }
            for wording, variant in zip(series.variants, outcome.variants, strict=True)
            if variant.judgements
        ]
    return rows


router = Router(
    path="/",
    guards=[requires_person],
    route_handlers=[show_limits],
    include_in_schema=False,
)
