"""Drafts for the editor of a position: one JSON line for each, as soon as it is there."""

from collections.abc import AsyncIterator
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.response import Stream

from viva.auth import UserPrincipal, requires_admin, requires_person
from viva.platform.antivirus import Antivirus
from viva.platform.errors import Malformed, Unavailable
from viva.platform.i18n import N_, gettext
from viva.platform.language_model import LanguageModel
from viva.platform.spending import account_of
from viva.platform.web import FormErrors, parse_form
from viva.questions import (
    Criterion,
    Drafted,
    Drafter,
    Language,
    NotDrafted,
    Wish,
    built_in_bank,
    draft_questions,
    resume_text,
)
from viva.resumes import masked_resume
from viva.sessions import Identity, cleaned, mask


class NoModel(Unavailable):
    """Nobody is there who could draft."""

    code = "no_model"
    message = N_("No language model is set up, so nothing can be drafted. The bank has questions.")


class DraftForm(msgspec.Struct, frozen=True):
    """What the editor sends beside the file; `criteria` is JSON, `name` is only used to be masked.
    `position_id` is there where the position is kept already."""

    position: str
    language: Language
    description: str = ""
    name: str = ""
    position_id: UUID | None = None
    criteria: str = "[]"
    already: str = "[]"
    count: Literal[1, 2, 3, 4, 5] = 3


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the stream: a question, or why there is none."""

    question: Any = None
    refused: str = ""


@post("/admin/positions/draft", status_code=200)
async def draft(
    request: Request[UserPrincipal, Any, Any],
    drafting: NamedDependency[Drafter],
    antivirus: NamedDependency[Antivirus],
) -> Stream:
    """Raises `NoModel`, `Malformed`, what `resume_text` raises; then lines come as the model answers."""
    model = drafting.model
    if model is None:
        raise NoModel
    sent = await request.form()
    form = parse_form(DraftForm, sent)
    if isinstance(form, FormErrors):
        raise Malformed
    wish = _wish(form, await _resume(sent, form.name, antivirus))
    return Stream(_lines(model, wish, form.count), media_type="application/x-ndjson")


def _wish(form: DraftForm, resume: str) -> Wish:
    try:
        criteria = msgspec.json.decode(form.criteria, type=tuple[Criterion, ...])
        already = msgspec.json.decode(form.already, type=tuple[str, ...])
    except msgspec.DecodeError as error:
        raise Malformed from error
    return Wish(
        position=form.position,
        language=form.language,
        criteria=criteria or tuple(built_in_bank().rubric(form.language).values()),
        description=form.description,
        resume=resume,
        already=tuple(mask(cleaned(text), Identity(name=cleaned(form.name))).text for text in already),
        account=account_of(form.position, form.position_id),
        person_gives_reasons=True,
    )


async def _resume(sent: FormMultiDict, name: str, antivirus: Antivirus) -> str:
    """Its text without what names the person or nobody may hire by (S35); empty where none was sent."""
    file = sent.get("resume")
    if not isinstance(file, UploadFile) or not file.filename:
        return ""
    text = await resume_text(await file.read(), file.filename, antivirus)
    return masked_resume(text, name=name)


async def _lines(model: LanguageModel, wish: Wish, count: Literal[1, 2, 3, 4, 5]) -> AsyncIterator[bytes]:
    async for found in draft_questions(model, wish, count):
        yield msgspec.json.encode(_line(found)) + b"\n"


def _line(found: Drafted | NotDrafted) -> Line:
    if isinstance(found, Drafted):
        return Line(question=found.question)
    return Line(refused=gettext(found.reason))


router = Router(
    path="/", guards=[requires_person, requires_admin], route_handlers=[draft], include_in_schema=False
)
