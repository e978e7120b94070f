"""A reviewer's own view: the form beside the recording, and the decision to know whose interview it is."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from viva.admin.refusing import refused
from viva.admin.views import Dashboard
from viva.auth import UserPrincipal, requires_person, requires_reviewer
from viva.evaluation import LEVELS, Decision, Level, ReviewIncomplete, Reviewing
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.errors import Forbidden, NotFound, VivaError
from viva.platform.web import FormErrors, Page, message_of, parse_form, see_other
from viva.sessions import Sessions

NOT_SCORED = "not_scored"
"""What the form sends for a criterion of which somebody says that they do not score it."""
_VALUES: dict[str, Level | None] = {level: level for level in LEVELS} | {NOT_SCORED: None}


class ReviewForm(msgspec.Struct, frozen=True):
    """What stands in the review form beside the levels."""

    note: str = ""
    decision: Decision | None = None
    override_reason: str = ""


@post(
    "/admin/sessions/{session_id:uuid}/review", guards=[requires_person, requires_reviewer], status_code=200
)
async def review(
    session_id: FromPath[UUID],
    request: Request[UserPrincipal, Any, Any],
    dashboard: NamedDependency[Dashboard],
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    reviewing: NamedDependency[Reviewing],
) -> Response[Any]:
    """Put this person's own view down; only then is the draft shown."""
    sent = await request.form()
    levels = _levels({name: str(value) for name, value in sent.multi_items()})
    form = parse_form(ReviewForm, sent)

    async def act(work: Work) -> str | None:
        await sessions.visible(work, session_id, request.user)
        if isinstance(form, FormErrors):
            return next(iter(form.errors.values()))
        await reviewing.submit(
            work,
            request.user.user_id,
            session_id,
            levels=levels,
            note=form.note,
            decision=form.decision,
            override_reason=form.override_reason,
        )
        return None

    problem_code, left_out = "", list[str]()
    try:
        problem = await database.run(act)
        if problem is None:
            return see_other(f"/admin/sessions/{session_id}")
    except NotFound:
        raise
    except VivaError as error:
        problem, problem_code = message_of(error), error.code
        if isinstance(error, ReviewIncomplete):
            left_out = error.keys
    values = {"levels": levels} | {
        name: str(sent.get(name, "")) for name in ("note", "decision", "override_reason")
    }
    context = await dashboard.session_page(request.user, session_id)
    told = {"problem": problem, "problem_code": problem_code, "left_out": left_out, "values": values}
    return Page("admin/session.html", context | told, 422)


@post("/admin/sessions/{session_id:uuid}/identity", guards=[requires_person], status_code=200)
async def reveal(
    session_id: FromPath[UUID],
    request: Request[UserPrincipal, Any, Any],
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Decide to know whose interview this is before scoring it; the page says so from then on."""

    async def act(work: Work) -> None:
        await sessions.visible(work, session_id, request.user)
        await sessions.unveil(work, session_id, request.user.user_id, clock.now(), scored=False)

    await database.run(act)
    return see_other(f"/admin/sessions/{session_id}")


def _levels(fields: dict[str, str]) -> dict[str, Level | None]:
    """What was chosen; a criterion of which nothing was said is left out."""
    return {
        name.removeprefix("level."): _VALUES[value]
        for name, value in fields.items()
        if name.startswith("level.") and value in _VALUES
    }


router = Router(
    path="/",
    guards=[requires_person],
    exception_handlers={Forbidden: refused},
    route_handlers=[review, reveal],
    include_in_schema=False,
)
