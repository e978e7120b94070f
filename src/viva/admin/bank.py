"""The page of the question bank: search, add, import, export."""

from typing import Any, Literal, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from viva.admin.position_views import AREAS
from viva.auth import UserPrincipal, requires_admin, requires_person
from viva.platform.antivirus import Antivirus, FileNotScanned, InfectedFile
from viva.platform.database import Database
from viva.platform.i18n import current_locale, gettext
from viva.platform.web import FormErrors, Page, message_of, parse_form, see_other
from viva.questions import (
    FAULTS_SHOWN,
    BankItem,
    BankSearch,
    Fault,
    FileKind,
    Language,
    OwnBank,
    UnreadableBankFile,
    bank_file,
    built_in_bank,
    read_bank_file,
)

AdminRequest = Request[UserPrincipal, Any, Any]
Origin = Literal["", "built_in", "own"]
_TYPES: dict[FileKind, str] = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


class EntryForm(msgspec.Struct, frozen=True):
    """A question written on the page; the lists have one entry a line."""

    text: str
    category: str
    competency: str
    language: Language
    difficulty: Literal[1, 2, 3] = 2
    kind: Literal["behavioural", "situational", "technical"] = "behavioural"
    what_good_shows: str = ""
    key_terms: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    q: str = ""
    category: str = ""
    difficulty: Literal[0, 1, 2, 3] = 0
    origin: Origin = ""
    language: Language = "ko"

    @property
    def search(self) -> BankSearch:
        """As the bank takes it."""
        return BankSearch(
            language=self.language,
            words=self.q[:200],
            category=self.category,
            difficulty=self.difficulty or None,
            origin=self.origin,
        )


async def shown_of(
    q: FromQuery[str] = "",
    category: FromQuery[str] = "",
    difficulty: FromQuery[Literal[0, 1, 2, 3]] = 0,
    origin: FromQuery[Origin] = "",
    language: FromQuery[Language | None] = None,
) -> Shown:
    """From the address, in the reader's language unless it says another."""
    return Shown(
        q=q, category=category, difficulty=difficulty, origin=origin, language=language or current_locale()
    )


@get("/admin/bank")
async def show_bank(
    shown: NamedDependency[Shown], database: NamedDependency[Database], bank: NamedDependency[OwnBank]
) -> Page:
    """What fits the search."""
    return await _page(database, bank, shown)


@get("/admin/bank/questions")
async def find_questions(
    shown: NamedDependency[Shown], database: NamedDependency[Database], bank: NamedDependency[OwnBank]
) -> list[BankItem]:
    """The same for the editor of a position."""
    async with database.uow() as work:
        return await bank.search(work, shown.search)


@get("/admin/bank/export")
async def export_bank(
    shown: NamedDependency[Shown],
    database: NamedDependency[Database],
    bank: NamedDependency[OwnBank],
    kind: FromQuery[FileKind] = "json",
) -> Response[bytes]:
    """What fits the search as a file."""
    async with database.uow() as work:
        found = await bank.search(work, shown.search)
    content = bank_file([item.entry for item in found], kind)
    name = f'attachment; filename="question-bank-{shown.language}.{kind}"'
    return Response(content.encode(), media_type=_TYPES[kind], headers={"content-disposition": name})


@post("/admin/bank/import", status_code=200)
async def import_bank(
    request: AdminRequest,
    shown: NamedDependency[Shown],
    database: NamedDependency[Database],
    bank: NamedDependency[OwnBank],
    antivirus: NamedDependency[Antivirus],
) -> Page:
    """Take a file whole, or say line by line why not."""
    sent = (await request.form()).get("file")
    content = await sent.read() if isinstance(sent, UploadFile) else b""
    kind: FileKind = "json" if content.lstrip()[:1] == b"{" else "csv"
    try:
        await antivirus.scan(content)
        entries, faults = read_bank_file(content, kind)
    except (UnreadableBankFile, InfectedFile, FileNotScanned) as error:
        return await _page(database, bank, shown, problem=message_of(error))
    if faults:
        return await _page(database, bank, shown, faults=faults)
    async with database.uow() as work:
        count = await bank.add(work, entries, created_by=request.user.user_id)
    return await _page(database, bank, shown, imported=count)


@post("/admin/bank", status_code=200)
async def add_question(
    request: AdminRequest,
    shown: NamedDependency[Shown],
    database: NamedDependency[Database],
    bank: NamedDependency[OwnBank],
) -> Response[Any] | Page:
    """Keep a question written on the page; it is held to what a file is held to."""
    form = parse_form(EntryForm, await request.form())
    if isinstance(form, FormErrors):
        return await _page(database, bank, shown, values=form.values, errors=form.errors)
    raw = msgspec.structs.asdict(form) | {
        name: [line.strip() for line in getattr(form, name).splitlines() if line.strip()]
        for name in ("what_good_shows", "key_terms")
    }
    whole = msgspec.json.encode({"format": "viva-question-bank-1", "questions": [raw]})
    entries, faults = read_bank_file(whole, "json")
    if faults:
        values = {name: str(value) for name, value in msgspec.structs.asdict(form).items()}
        return await _page(database, bank, shown, values=values, errors={"text": _said(faults[0])})
    async with database.uow() as work:
        await bank.add(work, entries, created_by=request.user.user_id)
    return see_other(f"/admin/bank?{urlencode({'origin': 'own', 'language': form.language})}")


@post("/admin/bank/{question_id:uuid}/remove", status_code=200)
async def remove_question(
    question_id: FromPath[UUID], database: NamedDependency[Database], bank: NamedDependency[OwnBank]
) -> Response[Any]:
    """Take an own question out."""
    async with database.uow() as work:
        await bank.remove(work, question_id)
    return see_other("/admin/bank?origin=own")


async def _page(
    database: Database,
    bank: OwnBank,
    shown: Shown,
    *,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    faults: tuple[Fault, ...] = (),
    imported: int | None = None,
    problem: str | None = None,
) -> Page:
    async with database.uow() as work:
        items = await bank.search(work, shown.search)
        own = await bank.categories(work, shown.language)
    competencies = {key: c.title for key, c in built_in_bank().rubric(shown.language).items()}
    query = {name: value for name, value in msgspec.structs.asdict(shown).items() if value}
    context = {
        "items": items,
        "shown": shown,
        "categories": dict.fromkeys(own, "") | {key: gettext(word) for key, word in AREAS.items()},
        "competencies": competencies,
        "exports": {
            kind: f"/admin/bank/export?{urlencode(query | {'kind': kind})}" for kind in get_args(FileKind)
        },
        "values": values or {},
        "errors": errors or {},
        "faults": [{"place": fault.place, "said": _said(fault)} for fault in faults[:FAULTS_SHOWN]],
        "faults_more": max(0, len(faults) - FAULTS_SHOWN),
        "imported": imported,
        "problem": problem,
    }
    return Page("admin/bank.html", context, 422 if errors or faults or problem else 200)


def _said(fault: Fault) -> str:
    return gettext(fault.reason).format(detail=fault.detail)


router = Router(
    path="/",
    guards=[requires_person, requires_admin],
    dependencies={"shown": shown_of},
    route_handlers=[show_bank, find_questions, export_bank, import_bank, add_question, remove_question],
    include_in_schema=False,
)
