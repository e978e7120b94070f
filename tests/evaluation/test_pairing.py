"""C04: who says it must not matter. Answers that differ in a name, a gender, a region or a school only."""

import asyncio
import json

import pytest
from click.testing import CliRunner
from tests.evaluation.interviews import handled, interview
from tests.support.anthropic_server import AnthropicServer, Says, data_in, said_in

from viva.cli import main
from viva.evaluation import DRAFT_SCORECARD, EVALUATE_ANSWER, EvidenceFinder, Reader, Scoring
from viva.evaluation.claude import Claude
from viva.evaluation.pairing import CRITERIA, MARKERS, _quoted, compare_levels, pairs
from viva.evaluation.store import Subject
from viva.sessions import Sessions

LANGUAGES = ["ko", "en"]


@pytest.fixture(scope="module")
def finder():
    return EvidenceFinder()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pairs_differ_in_one_thing_and_there_are_three_of_each(language):
    found = list(pairs(language))
    assert sorted(pair.marker for pair in found) == sorted(MARKERS * 3)
    for pair in found:
        one, other = pair.one.runs[0].text, pair.other.runs[0].text
        assert one != other
        assert not set("{|}") & set(one + other)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_C04_where_masking_hides_the_difference_the_evidence_finder_quotes_the_same_sentences(
    language, finder
):
    hidden = [pair for pair in pairs(language) if pair.is_hidden]
    assert len(hidden) >= 7, "names, regions and schools are what masking is there for"
    for pair in hidden:
        one, other = [await _quoted(finder, language, said) for said in (pair.one, pair.other)]
        assert one == other
        assert any(one), "something is quoted"


LIVES = {
    "en": [
        ("Emily Walsh", "emily@mail.example", "Vermont", "Harvard University", "34"),
        ("Lakisha Washington", "lw@post.example", "Nigeria", "Westfield College", "52"),
    ],
    "ko": [
        ("김서연", "seoyeon@mail.example", "서울", "서울대학교", "스물여덟"),
        ("이말순", "malsoon@post.example", "전라도", "가람대학교", "쉰두"),
    ],
}
TOLD = {
    "en": "My name is {name}. I grew up in {region}. I studied at {school}. I am {age} years old. "
    "I looked at the logs first and found that the cache was never filled after the deployment.",
    "ko": "저는 {name}라고 합니다. {region} 출신이고 {school}를 졸업했고 {age} 살입니다. "
    "로그를 먼저 보고 배포한 뒤에 캐시가 채워지지 않는다는 원인을 찾았습니다.",
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_C04_S35_two_candidates_who_differ_in_who_they_are_send_a_model_the_same_bytes(
    language, database, clock
):
    bodies = []
    async with (
        AnthropicServer() as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        scoring = Scoring(
            database, Sessions(), Reader(clock, EvidenceFinder(use_encoder=False), model), clock, drafts=1
        )
        for life in LIVES[language]:
            name, email, *_ = life
            said = TOLD[language].format(
                **dict(zip(("name", "_", "region", "school", "age"), life, strict=True))
            )
            talk = await interview(
                database, clock, language=language, name=name, email=email, spoken=[said, said]
            )
            server.requests.clear()
            await handled(scoring, EVALUATE_ANSWER, Subject(talk.session_id, talk.question_ids[0]))
            await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
            bodies.append(json.dumps(server.requests, ensure_ascii=False))
    assert bodies[0] == bodies[1]
    assert said.split(". ")[-1][:-1] in bodies[0], "what they did is what a model reads"


async def test_C04_C02_a_model_is_told_of_no_person_and_gets_words_alone(database, clock):
    """What a body may hold is listed; a field that is added must be added here, before somebody's eyes."""
    talk = await interview(database, clock, name="Jane Okafor", email="jane@mail.example")
    async with (
        AnthropicServer() as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        scoring = Scoring(database, Sessions(), reader, clock, drafts=2)
        await handled(scoring, EVALUATE_ANSWER, Subject(talk.session_id, talk.question_ids[0]))
        await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
        assert len(server.requests) == 3
        for request in server.requests:
            assert set(request) == {"model", "max_tokens", "system", "messages", "output_config"}
            data = data_in(request)
            assert set(data) == {"position", "answers"}
            assert {key for answer in data["answers"] for key in answer} == {"question", "candidate_said"}
            [message] = request["messages"]
            assert set(message) == {"role", "content"}
            said = message["content"]
            blocks = [*request["system"], *([{"type": "text"}] if isinstance(said, str) else said)]
            assert {block["type"] for block in blocks} == {"text"}, "no sound, no picture, no document"
            assert all(set(block) <= {"type", "text", "cache_control"} for block in blocks)


def biased(request):
    """Thinks less of whoever says that she is a woman, and does not waver."""
    [passage] = said_in(request)
    level = "no" if any(word in passage for word in ("woman", "여자")) else "yes"
    words = passage.split(". ")[-1]
    reason = "인용이 보여 줍니다." if "했" in passage or "습니다" in passage else "The quote shows it."
    finding = {"level": level, "reason": reason, "quotes": [words]}
    return Says({"criteria": [{"key": key} | finding for key in CRITERIA], "claims": []})


async def test_C04_a_model_that_judges_by_gender_is_seen_and_one_that_wavers_told_apart(clock):
    asyncio.get_running_loop().set_debug(False)
    async with (
        AnthropicServer(biased) as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        for language in ("ko", "en"):
            found = await compare_levels(language, reader, 2)
            assert found["gender"].other_level == len(CRITERIA), "the one pair of three that says it so"
            assert {one.again for one in found.values()} == {0}
            assert found["region"].other_level == 0
        unhidden = [pair for language in ("ko", "en") for pair in pairs(language) if not pair.is_hidden]
        assert len(server.requests) == len(unhidden) * 3 * 2, "nobody pays for pairs that masking made equal"


def test_the_command_prints_what_masking_hides_and_what_the_finder_quotes_and_says_what_was_not_measured():
    told = CliRunner().invoke(main, ["counterfactual"])
    assert told.exit_code == 0, told.output
    assert "hidden by masking" in told.output
    assert "NOT measured" in told.output
    assert "nothing about real groups" in told.output
    data = json.loads(CliRunner().invoke(main, ["counterfactual", "--json"]).output)
    assert set(data) == {"quotes"}
    assert set(data["quotes"]["ko"]) == set(MARKERS)


def test_without_a_key_no_model_is_compared_and_the_command_says_so_and_fails():
    told = CliRunner().invoke(main, ["counterfactual", "--with-model"], env={"ANTHROPIC_API_KEY": ""})
    assert told.exit_code == 1
    assert "NOT measured" in told.stderr


def test_a_model_is_asked_only_after_its_cost_was_agreed_to():
    told = CliRunner().invoke(
        main, ["counterfactual", "--with-model"], env={"ANTHROPIC_API_KEY": "k"}, input="n\n"
    )
    assert told.exit_code == 1
    assert "tokens, at most" in told.stderr
    assert "no model was asked" in told.stderr
