"""Drafts as the editor gets them: a line each, by a model that speaks the vendor's protocol."""

import html

import msgspec
import pytest_asyncio
from tests.questions.resumes import pdf
from tests.support.anthropic_server import AnthropicServer, Says
from tests.support.databases import new_database
from tests.support.server import serving, settings_for

DRAFT = {
    "text": "Which decision did you take when you built the scheduler, and why?",
    "competency": "expertise",
    "meant_to_show": ["Compares options"],
    "key_terms": ["scheduler"],
}


@pytest_asyncio.fixture(loop_scope="session")
async def vendor():
    async with AnthropicServer(lambda _request: Says(DRAFT)) as server:
        yield server


async def test_S34_without_budget_the_editor_and_staff_read_why_and_the_candidate_gets_the_banks_questions(
    vendor, postgres_url, template_database, tmp_path
):
    called = len(vendor.requests)
    settings = {"anthropic_api_key": "k", "anthropic_base_url": vendor.url, "budget_position": "10"}
    settings |= {"ask_unseen": True}  # or nobody would ask for a draft of this title
    async with (
        new_database(postgres_url, "viva_admin_barred", template=template_database) as url,
        serving(settings_for(url, tmp_path, **settings)) as house,
    ):
        headers = await house.admin_bearer()
        sent = {"position": "Backend engineer", "language": "en", "count": "3"}
        answer = await house.http.post(
            "/admin/positions/draft", data=sent, headers=headers | {"Accept": "application/json"}
        )
        session = await house.new_session()
        english = {"Accept": "text/html", "Accept-Language": "en"}
        page = await house.http.get(f"/admin/sessions/{session['id']}", headers=headers | english)
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert [list(line) for line in lines] == [["refused"]]
    assert "The position's budget for the language model is used up" in html.unescape(page.text)
    assert "budget" not in str(session)
    assert len(vendor.requests) == called


async def test_S35_a_resume_shapes_drafts_and_its_name_and_contacts_stay_here(
    vendor, postgres_url, template_database, tmp_path
):
    sent = {"position": "Backend engineer", "language": "en", "name": "Hong Gildong", "count": "1"}
    resume = pdf("Hong Gildong built the scheduler. hong@example.test Religion: Buddhist")
    async with (
        new_database(postgres_url, "viva_admin_drafts", template=template_database) as url,
        serving(settings_for(url, tmp_path, anthropic_api_key="k", anthropic_base_url=vendor.url)) as house,
    ):
        headers = await house.admin_bearer() | {"Accept": "application/json"}
        answer = await house.http.post(
            "/admin/positions/draft",
            data=sent,
            files={"resume": ("cv.pdf", resume)},
            headers=headers,
            timeout=60,
        )
    assert answer.status_code == 200, answer.text
    question = msgspec.json.decode(answer.content)["question"]
    assert (question["text"], question["origin"]) == (DRAFT["text"], "drafted")
    out = str(vendor.requests)
    assert "built the scheduler" in out
    assert "Gildong" not in out
    assert "example.test" not in out
    assert "Buddhist" not in out
