"""Positions on a real PostgreSQL: versions, limits, and what is refused."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from viva.questions import (
    Criterion,
    MayNotBeAsked,
    NeedsReason,
    NoSuchCompetency,
    PositionChanged,
    PositionDraft,
    PositionNotFound,
    PositionQuestion,
    Positions,
    UnreadablePosition,
)

POSITIONS = Positions()
CRITERION = Criterion(
    key="care",
    title="꼼꼼함",
    description="확인 절차를 설명하는지 봅니다.",
    weight=3,
    anchors=("설명이 없다", "주장만 한다", "한 가지를 설명한다", "위험에 맞게 설명한다"),
)
DRAFT = PositionDraft(
    title="정산 담당",
    language="ko",
    questions=(PositionQuestion(text="정산 오류를 바로잡은 경험을 말씀해 주세요.", competency="care"),),
    criteria=(CRITERION, msgspec.structs.replace(CRITERION, key="speed", title="처리", weight=1)),
)


async def create(database, draft=DRAFT):
    async with database.uow() as work:
        return await POSITIONS.create(work, draft, created_by=None)


async def update(database, position_id, draft, **arguments):
    async with database.uow() as work:
        return await POSITIONS.update(work, position_id, draft, created_by=None, **arguments)


async def get(database, position_id, version=None):
    async with database.uow() as work:
        return await POSITIONS.get(work, position_id, version)


async def test_a_position_comes_back_as_it_was_written_with_weights_that_add_up_to_one(database):
    made = await create(database)
    found = await get(database, made.id)
    assert found == made
    assert (found.version, found.title, found.questions) == (1, DRAFT.title, DRAFT.questions)
    assert [criterion.weight for criterion in found.criteria] == [0.75, 0.25]
    assert (found.answer_limit_s, found.preparation_s, found.active) == (180, 0, True)


async def test_a_change_makes_a_version_and_leaves_the_earlier_one_as_it_was(database):
    first = await create(database)
    changed = msgspec.structs.replace(DRAFT, title="정산 매니저", answer_limit_s=90)
    second = await update(database, first.id, changed)
    assert (second.version, second.title) == (2, "정산 매니저")
    assert (await get(database, first.id)).version == 2
    assert (await get(database, first.id, 1)).title == "정산 담당"


async def test_changes_at_the_same_time_get_a_version_each(database):
    made = await create(database)
    changes = [update(database, made.id, msgspec.structs.replace(DRAFT, title=f"정산 {n}")) for n in range(5)]
    versions = {position.version for position in await asyncio.gather(*changes)}
    assert versions == {2, 3, 4, 5, 6}


async def test_a_change_of_a_version_that_is_no_longer_the_newest_is_refused(database):
    made = await create(database)
    await update(database, made.id, DRAFT, expected_version=1)
    with pytest.raises(PositionChanged):
        await update(database, made.id, DRAFT, expected_version=1)
    assert (await get(database, made.id)).version == 2


async def test_the_list_is_newest_first_in_pages_and_can_leave_out_closed_positions(database):
    ids = [(await create(database, msgspec.structs.replace(DRAFT, active=n != 1))).id for n in range(3)]
    async with database.uow() as work:
        everything = await POSITIONS.list(work)
        active = await POSITIONS.list(work, only_active=True)
        page = await POSITIONS.list(work, before=everything[0].id, limit=1)
    assert {position.id for position in everything} == set(ids)
    assert [p.id for p in everything] == sorted(ids, reverse=True)
    assert {position.id for position in active} == {ids[0], ids[2]}
    assert [position.id for position in page] == [everything[1].id]


async def test_what_is_not_there_is_not_found(database):
    with pytest.raises(PositionNotFound):
        await get(database, uuid4())
    with pytest.raises(PositionNotFound):
        await update(database, uuid4(), DRAFT)
    made = await create(database)
    with pytest.raises(PositionNotFound):
        await get(database, made.id, 7)


async def test_C19_a_question_that_may_not_be_asked_is_refused_with_its_place_and_reason(database):
    asked = PositionQuestion(text="결혼은 하셨는지 말씀해 주세요.", competency="care")
    with pytest.raises(MayNotBeAsked) as refused:
        await create(database, msgspec.structs.replace(DRAFT, questions=(*DRAFT.questions, asked)))
    assert refused.value.params["fields"] == {"questions.1": "Marriage and partners may not be asked about."}


async def test_C02_a_criterion_that_judges_manner_is_refused(database):
    judged = msgspec.structs.replace(CRITERION, description="자신감 있는 목소리로 말하는지 봅니다.")
    with pytest.raises(MayNotBeAsked) as refused:
        await create(database, msgspec.structs.replace(DRAFT, criteria=(judged,)))
    assert list(refused.value.params["fields"]) == ["criteria.0"]


NURSING = PositionQuestion(
    text="만성 질환이 있는 환자를 어떻게 돌보시나요?",
    competency="care",
    what_good_shows=("환자의 병력을 확인한다",),
)


async def test_C19_what_a_job_can_rightly_be_about_is_kept_with_a_reason_and_not_without(database):
    asked = msgspec.structs.replace(DRAFT, questions=(NURSING,))
    with pytest.raises(NeedsReason) as refused:
        await create(database, asked)
    assert list(refused.value.params["fields"]) == ["questions.0"]
    blank = msgspec.structs.replace(NURSING, kept_because="  ")
    with pytest.raises(NeedsReason):
        await create(database, msgspec.structs.replace(DRAFT, questions=(blank,)))
    reasoned = msgspec.structs.replace(NURSING, kept_because=" 간호 업무의  핵심입니다. ")
    made = await create(database, msgspec.structs.replace(DRAFT, questions=(reasoned,)))
    assert (await get(database, made.id)).questions[0].kept_because == "간호 업무의 핵심입니다."


async def test_C19_a_reason_helps_against_nothing_that_asks_about_the_candidate(database):
    asked = PositionQuestion(
        text="지병이 있으신가요?", competency="care", kept_because="체력이 필요한 일이라서"
    )
    judged = msgspec.structs.replace(CRITERION, title="열정", kept_because="중요한 자질이라서")
    with pytest.raises(MayNotBeAsked) as refused:
        await create(database, msgspec.structs.replace(DRAFT, questions=(asked,), criteria=(judged,)))
    assert list(refused.value.params["fields"]) == ["questions.0", "criteria.0"]


async def test_a_reason_for_what_needs_none_is_not_kept(database):
    idle = msgspec.structs.replace(DRAFT.questions[0], kept_because="혹시 몰라서")
    made = await create(database, msgspec.structs.replace(DRAFT, questions=(idle,)))
    assert made.questions[0].kept_because == ""


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": " \u200b "}, UnreadablePosition),
        ({"criteria": (CRITERION, CRITERION)}, UnreadablePosition),
        ({"criteria": ()}, NoSuchCompetency),
    ],
)
async def test_a_position_that_does_not_hold_together_is_refused(database, change, error):
    with pytest.raises(error):
        await create(database, msgspec.structs.replace(DRAFT, **change))


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
async def test_a_text_that_no_database_can_hold_is_refused_before_it_gets_there(database, text):
    with pytest.raises(UnreadablePosition):
        await create(database, msgspec.structs.replace(DRAFT, description=text))
