"""C05, C07 by API on the whole system: the draft, a view, a decision, and the switch that stops the AI."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from tests.support.anthropic_server import AnthropicServer
from tests.support.candidate import Candidate, eventually
from tests.support.databases import new_database
from tests.support.server import Served, serving, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAID = (
    "I looked at the logs first and found that the cache was never filled after the deployment. "
    "Then I told the team early that my change was the cause, and I stayed until it was fixed."
)
PASSWORD = "battery staple horse"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def vendor() -> AsyncIterator[AnthropicServer]:
    async with AnthropicServer() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(
    postgres_url: str,
    template_database: str,
    vendor: AnthropicServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Served]:
    async with new_database(postgres_url, "viva_reviews", template=template_database) as url:
        settings = settings_for(
            url, tmp_path_factory.mktemp("reviews"), anthropic_api_key="k", anthropic_base_url=vendor.url
        )
        async with serving(settings) as served:
            yield served


async def interviewed(house: Served) -> Candidate:
    candidate = await house.new_candidate()
    for question_id in await candidate.questions():
        (await candidate.type_answer(question_id, SAID)).raise_for_status()
    program = await house.program_bearer()

    async def there() -> bool:
        return bool((await results(house, candidate, program))["status"] != "pending")

    await eventually(there, 60)
    return candidate


async def results(house: Served, candidate: Candidate, headers: dict[str, str]) -> dict[str, Any]:
    answer = await house.http.get(f"{candidate.path}/results", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def review(house: Served, candidate: Candidate, headers: dict[str, str], **body: Any) -> httpx.Response:
    return await house.http.post(f"{candidate.path}/reviews", json=body, headers=headers)


async def reviewer(house: Served, candidate: Candidate) -> dict[str, str]:
    email = f"{uuid4().hex[:8]}@example.test"
    async with (await house.part("database")).uow() as work:
        user = await (await house.part("auth")).create_user(work, email, PASSWORD, "reviewer")
        await (await house.part("sessions")).assign(work, candidate.session_id, user.id)
    return await house.bearer(email, PASSWORD)


async def test_C07_a_reviewer_reads_the_draft_by_api_only_once_their_own_view_is_in(house: Served) -> None:
    candidate = await interviewed(house)
    mine = await reviewer(house, candidate)
    everything = await results(house, candidate, await house.program_bearer())
    assert everything["scorecard"]["draft"] is True
    assert len(everything["scorecard"]["rubric_version"]) == 12
    levels = {one["key"]: "mixed" for one in everything["scorecard"]["criteria"]}
    shown = await results(house, candidate, mine)
    assert (shown["scorecard"], shown["reviews"], shown["draft_hidden"]) == (None, [], True)
    assert {answer["evaluation"] is None for answer in shown["answers"]} == {True}
    refused = await review(house, candidate, mine, levels={}, decision="decline")
    assert (refused.status_code, refused.json()["code"]) == (422, "review_incomplete")
    assert set(refused.json()["detail"]["keys"]) == set(levels)
    taken = await review(house, candidate, mine, levels=levels)
    assert (taken.status_code, taken.json()["draft_seen"]) == (201, False)
    assert (await results(house, candidate, mine))["scorecard"]["criteria"]
    changed = await review(house, candidate, mine, levels=dict.fromkeys(levels, "no"))
    assert (changed.status_code, changed.json()["code"]) == (422, "override_reason_required")
    assert set(changed.json()["detail"]["keys"]) == set(levels)
    kept = await review(
        house, candidate, mine, levels=dict.fromkeys(levels, "no"), override_reason="Heard again."
    )
    assert (kept.status_code, kept.json()["draft_seen"]) == (201, True)


async def test_C07_no_program_decides(house: Served) -> None:
    candidate = await interviewed(house)
    key = await house.program_bearer()
    decided = await review(house, candidate, key, levels={}, decision="decline")
    assert (decided.status_code, decided.json()["code"]) == (409, "decision_needs_a_person")
    assert (await review(house, candidate, key, levels={})).status_code == 403
    assert (await results(house, candidate, key))["reviews"] == []


async def test_C07_while_the_ai_is_stopped_no_call_leaves_and_interviews_go_on(
    house: Served, vendor: AnthropicServer
) -> None:
    admin = await house.admin_bearer()
    me = UUID((await house.http.get("/api/users/me", headers=admin)).json()["id"])
    database, switch, clock = [await house.part(name) for name in ("database", "ai_switch", "clock")]

    async def turn(*, stopped: bool) -> None:
        async with database.uow() as work:
            await switch.turn(work, clock, stopped=stopped, by=me)

    await turn(stopped=True)
    before = len(vendor.requests)
    candidate = await interviewed(house)
    found = await results(house, candidate, admin)
    assert (found["status"], found["scorecard"]["reason"]["code"]) == ("needs_human", "ai_stopped")
    assert found["ai_stopped"] is True
    again = await house.http.post(f"{candidate.path}/evaluations", headers=admin)
    assert (again.status_code, again.json()["code"]) == (409, "ai_stopped")
    assert len(vendor.requests) == before
    await turn(stopped=False)
    assert (await house.http.post(f"{candidate.path}/evaluations", headers=admin)).status_code == 202

    async def drafted() -> bool:
        return bool((await results(house, candidate, admin))["status"] == "ready")

    await eventually(drafted, 60)


async def test_C07_only_an_admin_turns_the_switch(house: Served) -> None:
    candidate = await interviewed(house)
    mine = await reviewer(house, candidate)
    for word in ("stop", "start"):
        answer = await house.http.post(f"/admin/system/ai/{word}", headers=mine)
        assert answer.status_code == 403
