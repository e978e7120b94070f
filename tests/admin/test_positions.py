"""The pages of positions and of the question bank, as the browser calls them."""

import csv
import io

import msgspec
import pytest

from viva.questions import draft_from_template

BAD = "결혼은 하셨나요? 자녀 계획도 말씀해 주세요."
OWN = {
    "language": "en",
    "text": "Tell us about the last closing of the books that you did.",
    "category": "Finance",
    "competency": "quality",
}


async def call(house, method, path, **more):
    headers = await house.admin_bearer() | more.pop("headers", {"Accept": "text/html"})
    return await house.http.request(method, path, headers=headers, **more)


async def save(house, draft, path="/admin/positions"):
    return await call(house, "POST", path, json=draft, headers={"Accept": "application/json"})


def backend(**changes):
    return msgspec.to_builtins(draft_from_template("backend", "ko")) | changes


async def test_a_template_becomes_a_position_and_every_saving_a_version(house):
    made = await save(house, backend())
    assert made.status_code == 201
    page = made.json()["url"].partition("?")[0]
    again = await save(house, backend(title="서버 개발자"), f"{page}?expected_version=1")
    assert again.json()["version"] == 2
    assert "서버 개발자" in (await call(house, "GET", page)).text
    assert "백엔드 개발자" in (await call(house, "GET", f"{page}?version=1")).text
    assert "서버 개발자" in (await call(house, "GET", "/admin/positions")).text


async def test_two_people_do_not_overwrite_each_other(house):
    page = (await save(house, backend())).json()["url"].partition("?")[0]
    assert (await save(house, backend(), f"{page}?expected_version=1")).status_code == 200
    late = await save(house, backend(), f"{page}?expected_version=1")
    assert (late.status_code, late.json()["code"]) == (409, "position_changed")


async def test_C19_the_linter_says_the_reason_at_the_place(house):
    asked = {
        "language": "ko",
        "texts": {"question.0": [BAD], "question.1": ["장애에 대응한 경험을 말씀해 주세요."]},
    }
    headers = {"Accept": "application/json", "Accept-Language": "ko"}
    found = (await call(house, "POST", "/admin/positions/lint", json=asked, headers=headers)).json()[
        "findings"
    ]
    assert set(found) == {"question.0"}
    assert "결혼" in found["question.0"][0]["said"]
    assert "물을 수 없습니다" in found["question.0"][0]["said"]
    assert found["question.0"][0]["severity"] == "refused"
    refused = await save(house, backend(questions=[{"text": BAD, "competency": "experience"}]))
    assert (refused.status_code, refused.json()["code"]) == (422, "may_not_be_asked")


async def test_C19_a_reason_keeps_what_a_job_is_about_and_whoever_reads_the_position_reads_it(house):
    question = {"text": "환자의 건강 상태를 어떻게 확인하시나요?", "competency": "experience"}
    asked = {"language": "ko", "texts": {"question.0": [question["text"]]}}
    headers = {"Accept": "application/json"}
    found = (await call(house, "POST", "/admin/positions/lint", json=asked, headers=headers)).json()
    assert [each["severity"] for each in found["findings"]["question.0"]] == ["ask"]
    without = await save(house, backend(questions=[question]))
    assert (without.status_code, without.json()["code"]) == (422, "needs_reason")
    kept = await save(house, backend(questions=[question | {"kept_because": "간호사가 매일 하는 일입니다."}]))
    page = kept.json()["url"].partition("?")[0]
    assert "간호사가 매일 하는 일입니다." in (await call(house, "GET", page)).text
    api = await call(house, "GET", page.replace("/admin/", "/api/"), headers=headers)
    assert api.json()["questions"][0]["kept_because"] == "간호사가 매일 하는 일입니다."


@pytest.mark.parametrize("path", ["/admin/positions/new", "/admin/positions/new?template=sales&language=en"])
async def test_templates_open_in_the_editor(house, path):
    assert (await call(house, "GET", path)).status_code == 200


@pytest.mark.parametrize("kind", ["json", "csv"])
async def test_what_is_exported_can_be_imported_and_found(house, kind):
    entries = [OWN | {"text": f"{OWN['text']} ({kind})"}]
    if kind == "json":
        content = msgspec.json.encode({"format": "viva-question-bank-1", "questions": entries})
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(OWN))
        writer.writeheader()
        writer.writerows(entries)
        content = text.getvalue().encode()
    sent = await call(
        house, "POST", "/admin/bank/import?language=en", files={"file": (f"bank.{kind}", content)}
    )
    assert sent.status_code == 200, sent.text
    query = "origin=own&language=en&q=closing"
    assert f"({kind})" in (await call(house, "GET", f"/admin/bank?{query}")).text
    exported = await call(house, "GET", f"/admin/bank/export?{query}&kind={kind}")
    again = await call(
        house, "POST", "/admin/bank/import", files={"file": (f"again.{kind}", exported.content)}
    )
    assert again.status_code == 200
    items = (await call(house, "GET", f"/admin/bank/questions?{query}")).json()
    assert sum(f"({kind})" in item["entry"]["text"] for item in items) == 1


async def test_a_bar_within_an_entry_survives_our_own_file(house):
    points = ["Explains a | b and a || b", "Knows that C:\\x is a path", "ends with \\", "|", "\\|"]
    points[3] = "| alone"
    entry = OWN | {"text": "Tell us about a table that you wrote in Markdown.", "what_good_shows": points}
    content = msgspec.json.encode({"format": "viva-question-bank-1", "questions": [entry]})
    sent = await call(house, "POST", "/admin/bank/import?language=en", files={"file": ("b.json", content)})
    assert sent.status_code == 200, sent.text
    query = "origin=own&language=en&q=Markdown"
    exported = await call(house, "GET", f"/admin/bank/export?{query}&kind=csv")
    again = await call(house, "POST", "/admin/bank/import", files={"file": ("b.csv", exported.content)})
    assert again.status_code == 200, again.text
    items = (await call(house, "GET", f"/admin/bank/questions?{query}")).json()
    assert [item["entry"]["what_good_shows"] for item in items] == [points]


async def test_a_file_with_faults_is_not_taken_and_each_is_named(house):
    entries = [
        OWN | {"text": "Tell us about work that nobody checked."},
        OWN | {"difficulty": 9},
        OWN | {"text": "Are you married, by the way?"},
    ]
    content = msgspec.json.encode({"format": "viva-question-bank-1", "questions": entries})
    answer = await call(house, "POST", "/admin/bank/import?language=en", files={"file": ("b.json", content)})
    assert answer.status_code == 422
    assert "married" in answer.text
    assert "that nobody checked" not in (await call(house, "GET", "/admin/bank?language=en")).text


async def test_the_bank_counts_the_interviews_that_a_question_was_planned_for(house):
    await house.new_session(position="Backend engineer", language="en")
    items = (await call(house, "GET", "/admin/bank/questions?language=en&q=production+incident")).json()
    assert max(item["asked"] for item in items) >= 1


async def test_without_a_model_drafting_says_so(house):
    answer = await call(
        house,
        "POST",
        "/admin/positions/draft",
        data={"position": "p", "language": "en"},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "no_model")


async def test_S01_nobody_comes_here_without_signing_in(house):
    for path in (
        "/admin/positions",
        "/admin/bank",
        "/admin/bank/export",
        "/admin/positions/material?language=ko",
    ):
        answer = await house.http.get(path, headers={"Accept": "application/json"})
        assert answer.status_code == 401, path
