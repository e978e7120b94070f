"""The same on staff's pages and the candidate's: forms that work without a script, in both languages."""

import pytest
from tests.questions.resumes import docx
from tests.resumes.conftest import CONFUSING, INFECTED, NAME, RESUME
from tests.resumes.staff import as_drafted, asked, attach, decide, page, position, session_for, settled

HTML = {"Accept": "text/html", "Accept-Language": "en"}
KOREAN = HTML | {"Accept-Language": "ko"}


async def send(house, path, data=None, file=None, headers=HTML):
    files = {"resume": file} if file else None
    everything = await house.admin_bearer() | headers
    return await house.http.post(path, data=data, files=files, headers=everything)


async def invited(house, kept, file, headers=HTML):
    fields = {"user_name": NAME, "position": kept["title"], "language": "en", "position_id": kept["id"]}
    return await send(house, "/admin/sessions/new", fields, file, headers)


async def test_an_invitation_takes_the_resume_along(house, vendor):
    kept = await position(house)
    made = await invited(house, kept, ("cv.pdf", RESUME))
    assert made.status_code == 200
    assert "Questions are being drafted from the résumé." in made.text
    session_id = made.text.partition("/admin/sessions/")[2].partition("#resume")[0].rpartition("/")[2]
    assert len((await settled(house, session_id))["questions"]) == 2
    shown = await page(house, session_id)
    assert "2 drafts wait for you." in shown
    assert "Gildong built" not in shown
    assert "[name] built the dispatch scheduler" in shown


async def test_S18_a_refused_file_makes_no_interview_and_the_form_keeps_what_was_typed(house, vendor):
    kept = await position(house)
    before = (await house.http.get("/api/sessions", headers=await house.admin_bearer())).json()["items"]
    refused = await invited(house, kept, ("cv.exe", b"MZ"), KOREAN)
    after = (await house.http.get("/api/sessions", headers=await house.admin_bearer())).json()["items"]
    assert refused.status_code == 422
    assert "PDF, DOCX 또는 텍스트 파일이 아닙니다." in refused.text
    assert f'value="{NAME}"' in refused.text
    assert before == after


async def test_the_form_asks_for_a_resume_only_where_the_position_does(house):
    for count, there in ((0, False), (1, True)):
        kept = await position(house, resume_questions=count)
        headers = await house.admin_bearer() | HTML
        form = await house.http.get(f"/admin/sessions/new?position_id={kept['id']}", headers=headers)
        assert ('name="resume"' in form.text) is there


async def test_C19_a_forbidden_edit_comes_back_with_the_reason_and_the_words(house, vendor):
    session_id = await session_for(house)
    await send(house, f"/admin/sessions/{session_id}/resume", file=("cv.docx", docx("I built the scheduler")))
    first = (await settled(house, session_id))["questions"][0]
    path = f"/admin/sessions/{session_id}/resume/drafts/{first['id']}"
    form = {"act": "accept", "text": "결혼은 하셨나요? 자녀 계획도 말씀해 주세요.", "competency": "expertise"}
    refused = await send(house, path, form, headers=KOREAN)
    assert refused.status_code == 422
    assert "물을 수 없습니다" in refused.text
    assert form["text"] in refused.text
    short = await send(house, path, form | {"text": "Why?"})
    assert (short.status_code, "A question needs 10 to 600 characters" in short.text) == (422, True)
    good = form | {
        "text": "Which decision about the scheduler would you take again?",
        "what_good_shows": "a\nIt is",
    }
    assert (await send(house, path, good)).status_code == 422
    done = await send(house, path, good | {"what_good_shows": "Names it\n\nSays why"})
    assert (done.status_code, done.headers["location"]) == (303, f"/admin/sessions/{session_id}#resume")
    assert (await asked(house, session_id))[-1] == good["text"]
    assert "1 more comes from the candidate's résumé." in await page(house, session_id)


async def test_a_resume_can_be_drafted_from_again_and_deleted_on_the_page(house, vendor):
    session_id = await session_for(house, resume_questions=1)
    await attach(house, session_id)
    [first] = (await settled(house, session_id))["questions"]
    path = f"/admin/sessions/{session_id}/resume"
    await send(house, f"{path}/drafts/{first['id']}", {"act": "reject"})
    assert (await send(house, f"{path}/again")).status_code == 303
    assert len((await settled(house, session_id))["questions"]) == 2
    assert (await send(house, f"{path}/remove")).status_code == 303
    assert "Attach the résumé" in await page(house, session_id)
    assert (await send(house, path)).status_code == 422


async def test_C09_the_candidate_reads_that_a_model_has_read_the_resume(house, vendor):
    kept = await position(house)
    made = await house.new_session(user_name=NAME, position=kept["title"], position_id=kept["id"])
    bearer = {"Authorization": f"Bearer {made['candidate_token']}"} | HTML
    told = "Suggested questions from the text of your résumé"
    assert told not in (await house.http.get(f"/interview/{made['id']}/consent", headers=bearer)).text
    await attach(house, made["id"])
    first, _second = (await settled(house, made["id"]))["questions"]
    await decide(house, made["id"], first["id"], "accept", **as_drafted(first))
    shown = await house.http.get(f"/interview/{made['id']}/consent", headers=bearer)
    assert shown.status_code == 200
    assert told in shown.text
    assert "<strong>2</strong>" in shown.text


async def test_S33_a_candidate_never_sees_the_resume_or_what_is_not_asked(house, vendor):
    kept = await position(house)
    candidate = await house.new_candidate(user_name=NAME, position=kept["title"], position_id=kept["id"])
    await attach(house, candidate.session_id)
    first, second = (await settled(house, candidate.session_id))["questions"]
    await decide(house, candidate.session_id, first["id"], "accept", **as_drafted(first))
    seen = ""
    for what in ("", "/questions", "/results", "/transcript", "/resume"):
        seen += (await candidate.get(what)).text
    assert first["text"] in seen
    for hidden in (second["text"], "Compares options", "dispatch scheduler in Rust"):
        assert hidden not in seen


@pytest.mark.parametrize(
    ("content", "code", "status"), [(INFECTED, "infected_file", 422), (CONFUSING, "file_not_scanned", 503)]
)
async def test_S18_an_infected_or_unscanned_upload_is_refused_everywhere(
    house, vendor, content, code, status
):
    kept, session_id = await position(house), await session_for(house)
    headers = await house.admin_bearer() | {"Accept": "application/json"}
    editor = await house.http.post(
        "/admin/positions/draft",
        data={"position": "p", "language": "en"},
        files={"resume": ("cv.pdf", content)},
        headers=headers,
    )
    for answer in (editor, await attach(house, session_id, content)):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    bank = await house.http.post(
        "/admin/bank/import", files={"file": ("bank.json", content)}, headers=headers | HTML
    )
    for answer in (bank, await invited(house, kept, ("cv.pdf", content))):
        assert (answer.status_code, "The virus scanner" in answer.text) == (422, True)
    assert vendor.requests == []


async def test_the_description_of_the_api_knows_the_resume(house):
    described = (await house.http.get("/api/schema/openapi.json")).json()
    path = described["paths"]["/api/sessions/{session_id}/resume"]
    assert set(path) == {"post", "get", "delete"}
    assert list(path["post"]["requestBody"]["content"]) == ["multipart/form-data"]
