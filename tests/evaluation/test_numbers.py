"""A number stands only where the position wants one, and only beside a level."""

import msgspec
from sqlalchemy import text
from tests.evaluation.interviews import handled, interview
from tests.support.anthropic_server import AnthropicServer

from viva.evaluation import DRAFT_SCORECARD, Evaluation, EvidenceFinder, Reader, Scoring, for_staff
from viva.evaluation.claude import Claude
from viva.evaluation.store import Subject
from viva.questions import PositionDraft, Positions
from viva.sessions import Sessions


async def numbers_of(database, clock, talk):
    async with database.uow() as work:
        shown = for_staff(await Evaluation(Sessions(), clock).results(work, talk.session_id))
    return [(one.level, one.number) for one in shown.scorecard.criteria]


async def test_a_number_stands_only_where_the_position_of_the_interview_wants_one(database, clock):
    talk = await interview(database, clock)
    async with (
        AnthropicServer() as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        await handled(Scoring(database, Sessions(), reader, clock), DRAFT_SCORECARD, Subject(talk.session_id))
    assert await numbers_of(database, clock, talk) == [("yes", None), ("yes", None)]
    draft = PositionDraft(title="Backend engineer", language="en", show_numbers=True)
    async with database.uow() as work:
        position = await Positions().create(work, draft, created_by=None)
        await work.db.execute(
            text("update sessions set position_id = :id, position_version = 1"), {"id": position.id}
        )
    assert await numbers_of(database, clock, talk) == [("yes", 4), ("yes", 4)]
    async with database.uow() as work:
        without = msgspec.structs.replace(draft, show_numbers=False)
        await Positions().update(work, position.id, without, created_by=None)
    assert await numbers_of(database, clock, talk) == [("yes", 4), ("yes", 4)], "it keeps its version"
