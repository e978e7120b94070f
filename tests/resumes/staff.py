"""What staff do with a résumé, over HTTP."""

import html
from typing import Any

import httpx
from tests.resumes.conftest import NAME, RESUME
from tests.support.candidate import eventually
from tests.support.server import Served

JSON = {"Accept": "application/json"}


async def position(house: Served, **changes: Any) -> dict[str, Any]:
    """A kept position that asks two questions from résumés."""
    asked = {
        "title": "Dispatch engineer",
        "language": "en",
        "questions": [
            {"text": "Tell us about the work that you are proudest of.", "competency": "expertise"}
        ],
        "resume_questions": 2,
    }
    made = await house.http.post("/api/positions", json=asked | changes, headers=await house.admin_bearer())
    made.raise_for_status()
    found: dict[str, Any] = made.json()
    return found


async def session_for(house: Served, **changes: Any) -> str:
    """A session for such a position."""
    kept = await position(house, **changes)
    made = await house.new_session(user_name=NAME, position=kept["title"], position_id=kept["id"])
    return str(made["id"])


async def attach(
    house: Served, session_id: str, content: bytes = RESUME, name: str = "cv.pdf", **more: Any
) -> httpx.Response:
    """Send the file."""
    return await house.http.post(
        f"/api/sessions/{session_id}/resume",
        files={"file": (name, content)},
        headers=more.get("headers") or await house.admin_bearer(),
    )


async def state(house: Served, session_id: str) -> dict[str, Any]:
    """The résumé as the API shows it."""
    answer = await house.http.get(f"/api/sessions/{session_id}/resume", headers=await house.admin_bearer())
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


async def settled(house: Served, session_id: str) -> dict[str, Any]:
    """The same, as soon as nothing is under way or a reason is given."""

    async def over() -> dict[str, Any] | None:
        found = await state(house, session_id)
        return None if found["progress"] == "drafting" and not found["reason"] else found

    found: dict[str, Any] = await eventually(over)
    return found


async def decide(house: Served, session_id: str, draft_id: str, act: str, **body: Any) -> httpx.Response:
    """Accept or reject through the API."""
    return await house.http.post(
        f"/api/sessions/{session_id}/resume/drafts/{draft_id}/{act}",
        json=body or None,
        headers=await house.admin_bearer(),
    )


def as_drafted(shown: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A draft as it is accepted unchanged."""
    return {name: shown[name] for name in ("text", "competency", "what_good_shows")} | changes


async def asked(house: Served, session_id: str) -> list[str]:
    """The texts of the interview's questions in their order."""
    answer = await house.http.get(f"/api/sessions/{session_id}/questions", headers=await house.admin_bearer())
    items = answer.json()["items"]
    assert [item["order"] for item in items] == list(range(1, len(items) + 1))
    return [item["text"] for item in items]


async def page(house: Served, session_id: str, language: str = "en") -> str:
    """The interview's page as staff read it."""
    headers = await house.admin_bearer() | {"Accept": "text/html", "Accept-Language": language}
    answer = await house.http.get(f"/admin/sessions/{session_id}", headers=headers)
    answer.raise_for_status()
    return html.unescape(answer.text)
