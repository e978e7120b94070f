"""The pages of positions: a list, and an editor that says at once what may not be asked."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from viva.admin.position_views import (
    Told,
    editor_of,
    findings_of,
    material,
    new_position,
    rows_of,
    templates_in,
)
from viva.auth import UserPrincipal, requires_admin, requires_person
from viva.platform.database import Database
from viva.platform.i18n import current_locale
from viva.platform.web import Page
from viva.questions import Language, PositionDraft, Positions, draft_from_template

PAGE = 50
AdminRequest = Request[UserPrincipal, Any, Any]


class Saved(msgspec.Struct, frozen=True):
    """Where the editor goes on."""

    url: str
    version: int


class LintAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts by the editor's own name of the card that they stand on: what is asked, what is judged by."""

    language: Language
    texts: dict[str, tuple[str, ...]] = {}
    judged: dict[str, tuple[str, ...]] = {}


class LintAnswer(msgspec.Struct, frozen=True):
    """What may not simply stand there, by card; nothing for cards that are well."""

    findings: dict[str, list[Told]]


@get("/admin/positions")
async def list_positions(
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
    cursor: FromQuery[UUID | None] = None,
) -> Page:
    """Every position, the newest first."""
    async with database.uow() as work:
        found = await positions.list(work, before=cursor, limit=PAGE)
    following = f"/admin/positions?{urlencode({'cursor': found[-1].id})}" if len(found) == PAGE else None
    return Page("admin/positions.html", {"rows": rows_of(found), "next_page": following})


@get("/admin/positions/new")
async def choose_template(template: FromQuery[str] = "", language: FromQuery[Language] = "ko") -> Page:
    """Templates to start from; with one chosen (or `empty`), the editor."""
    if not template:
        return Page("admin/position_templates.html", templates_in(current_locale()))
    draft = draft_from_template(template, language)
    return Page("admin/position.html", new_position(draft, language))


@get("/admin/positions/{position_id:uuid}")
async def show_position(
    position_id: FromPath[UUID],
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
    version: FromQuery[int | None] = None,
    saved: FromQuery[bool] = False,
) -> Page:
    """The editor with the current version, or with an earlier one to look at or to go back to."""
    async with database.uow() as work:
        shown = await positions.get(work, position_id, version)
        versions = await positions.versions(work, position_id)
    return Page("admin/position.html", editor_of(shown, versions, saved=saved))


@post("/admin/positions", status_code=201)
async def create_position(
    data: JSONBody[PositionDraft],
    request: AdminRequest,
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
) -> Saved:
    """Version 1."""
    made = await database.run(lambda work: positions.create(work, data, created_by=request.user.user_id))
    return Saved(f"/admin/positions/{made.id}?saved=true", made.version)


@post("/admin/positions/{position_id:uuid}", status_code=200)
async def save_position(
    position_id: FromPath[UUID],
    data: JSONBody[PositionDraft],
    request: AdminRequest,
    database: NamedDependency[Database],
    positions: NamedDependency[Positions],
    expected_version: FromQuery[int | None] = None,
) -> Saved:
    """The next version; interviews under way keep theirs."""
    author = request.user.user_id
    made = await database.run(
        lambda work: positions.update(
            work, position_id, data, created_by=author, expected_version=expected_version
        )
    )
    return Saved(f"/admin/positions/{made.id}?saved=true", made.version)


@post("/admin/positions/lint", status_code=200)
async def lint_texts(data: JSONBody[LintAsk]) -> LintAnswer:
    """What of these texts may not be asked or judged, with the reason."""
    return LintAnswer(findings_of(data.texts, data.judged, data.language))


@get("/admin/positions/material")
async def read_material(language: FromQuery[Language]) -> Response[dict[str, Any]]:
    """What can be put into a position: the built-in criteria in this language."""
    return Response(material(language))


router = Router(
    path="/",
    guards=[requires_person, requires_admin],
    route_handlers=[
        list_positions,
        choose_template,
        show_position,
        create_position,
        save_position,
        lint_texts,
        read_material,
    ],
    include_in_schema=False,
)
