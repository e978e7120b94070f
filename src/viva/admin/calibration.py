"""The pages of repeated readings: what is read again, and what came of it; and a scorecard drafted anew."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from viva.auth import UserPrincipal, requires_admin, requires_person, requires_reviewer
from viva.evaluation import CURRENT, VERSIONS, Calibration, Evaluation, Outcome, Wording
from viva.platform.database import Database, Work
from viva.platform.errors import VivaError
from viva.platform.settings import Settings
from viva.platform.web import Page, message_of, see_other
from viva.sessions import SessionNotFound, Sessions

OFFERED = 30
"""Completed interviews that the form offers, the newest."""
AdminRequest = Request[UserPrincipal, Any, Any]


@get("/admin/calibration")
async def list_series(
    request: AdminRequest,
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    calibration: NamedDependency[Calibration],
    evaluation: NamedDependency[Evaluation],
    settings: NamedDependency[Settings],
) -> Page:
    """Every series, and the form of a new one."""
    async with database.uow() as work:
        context = await _form(work, request, sessions, calibration, evaluation, settings)
    return Page("admin/calibration.html", context)


@post("/admin/calibration", status_code=200)
async def start_series(
    request: AdminRequest,
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    calibration: NamedDependency[Calibration],
    evaluation: NamedDependency[Evaluation],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Queue a series; its page shows how far it is."""
    sent = await request.form()
    try:
        async with database.uow() as work:
            made = await calibration.start(
                work,
                [UUID(str(one)) for one in sent.getall("session", [])],
                _variants({name: str(value) for name, value in sent.multi_items()}, settings),
                runs=_number(sent.get("runs")),
                drafts=_number(sent.get("drafts")),
                created_by=request.user.user_id,
            )
    except (VivaError, ValueError) as error:
        problem = message_of(error) if isinstance(error, VivaError) else message_of(SessionNotFound())
        async with database.uow() as work:
            context = await _form(work, request, sessions, calibration, evaluation, settings)
        return Page("admin/calibration.html", context | {"problem": problem}, 422)
    return see_other(f"/admin/calibration/{made}")


@get("/admin/calibration/{series_id:uuid}")
async def show_series(
    series_id: FromPath[UUID],
    request: AdminRequest,
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    calibration: NamedDependency[Calibration],
    settings: NamedDependency[Settings],
) -> Page:
    """What one series shows so far."""
    async with database.uow() as work:
        outcome = await calibration.outcome(work, series_id)
        names = {
            one: await _name_for(work, request.user, sessions, one) for one in outcome.series.session_ids
        }
    return Page("admin/calibration_series.html", _shown(outcome, names, settings))


@post("/admin/sessions/{session_id:uuid}/evaluate", guards=[requires_reviewer], status_code=200)
async def evaluate_again(
    session_id: FromPath[UUID],
    request: AdminRequest,
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    evaluation: NamedDependency[Evaluation],
) -> Response[Any]:
    """Have the scorecard drafted anew."""
    async with database.uow() as work:
        await sessions.visible(work, session_id, request.user)
        await evaluation.evaluate_again(work, session_id)
    return see_other(f"/admin/sessions/{session_id}")


async def _name_for(work: Work, reader: UserPrincipal, sessions: Sessions, session_id: UUID) -> str:
    session = await sessions.get(work, session_id)
    return (await sessions.veil(work, session, reader)).session(session).user_name


async def _form(
    work: Work,
    request: AdminRequest,
    sessions: Sessions,
    calibration: Calibration,
    evaluation: Evaluation,
    settings: Settings,
) -> dict[str, Any]:
    completed = await sessions.page(
        work, request.user, status="completed", text=None, before=None, limit=OFFERED
    )
    return {
        "series": await calibration.recent(work),
        "offered": [session for session in completed if session.ai_consent],
        "versions": list(VERSIONS),
        "version": settings.prompt_version or CURRENT,
        "model": settings.llm_model,
        "has_model": bool(settings.anthropic_api_key),
        "drafts": settings.scoring_drafts,
        "today": await evaluation.spent_today(work),
        "problem": None,
    }


def _variants(fields: dict[str, str], settings: Settings) -> list[Wording]:
    """The first, and the second where the form names one that differs."""
    usual = settings.prompt_version or CURRENT
    first = Wording(fields.get("prompt") or usual, fields.get("model", "").strip())
    second = Wording(
        fields.get("against_prompt") or first.version, fields.get("against_model", "").strip() or first.model
    )
    return [first] if second == first else [first, second]


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _shown(outcome: Outcome, names: dict[UUID, str], settings: Settings) -> dict[str, Any]:
    named = [
        {"model": wording.model or settings.llm_model, "version": wording.version, "result": variant}
        for wording, variant in zip(outcome.series.variants, outcome.variants, strict=True)
    ]
    return {"outcome": outcome, "variants": named, "names": names}


router = Router(
    path="/",
    guards=[requires_person],
    route_handlers=[
        Router(path="/", guards=[requires_admin], route_handlers=[list_series, start_series, show_series]),
        evaluate_again,
    ],
    include_in_schema=False,
)
