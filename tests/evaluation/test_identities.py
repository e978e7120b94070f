"""S35: eight planted identities, in both languages, in everything that can carry them; none of them leaves.

They are said in answers, stand in the name, the mail address and the position that a candidate may type, and
in a question that was drafted from a résumé. Every request's body is searched, byte for byte.
"""

import asyncio
import json

import pytest
from sqlalchemy import text
from tests.evaluation.identities import ASKED, SAID, WORK, planted, secrets_of, values_of
from tests.evaluation.interviews import handled, interview
from tests.support.anthropic_server import AnthropicServer

from viva.evaluation import DRAFT_SCORECARD, EVALUATE_ANSWER, EvidenceFinder, Reader, Scoring
from viva.evaluation.claude import Claude
from viva.evaluation.store import Subject
from viva.platform.database import Database
from viva.sessions import Sessions


async def plant(database, clock, language, identity):
    name, mail, phone, *_ = identity
    values = values_of(identity)
    spoken = [SAID[language].format(**values), WORK[language]]
    talk = await interview(database, clock, language=language, name=name, email=mail, spoken=spoken)
    async with database.uow() as work:
        sessions = "update sessions set position = :title where id = :id"
        title = {"id": talk.session_id, "title": f"Backend engineer ({name}, {mail}, {phone})"}
        await work.db.execute(text(sessions), title)
        questions = "update session_questions set text = :asked where session_id = :id"
        asked = {"id": talk.session_id, "asked": ASKED[language].format(**values)}
        await work.db.execute(text(questions), asked)
    return talk


@pytest.fixture
async def database(database_url, published, written_jobs):
    async with Database(database_url, jobs=written_jobs, publisher=published) as database:
        yield database


async def test_S35_no_planted_identity_is_in_any_body_that_left(database, clock):
    asyncio.get_running_loop().set_debug(False)  # a hundred calls
    async with (
        AnthropicServer() as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        scoring = Scoring(database, Sessions(), reader, clock, drafts=2)
        for language, identity in planted():
            server.requests.clear()
            talk = await plant(database, clock, language, identity)
            for question_id in talk.question_ids:
                await handled(scoring, EVALUATE_ANSWER, Subject(talk.session_id, question_id))
            await handled(scoring, DRAFT_SCORECARD, Subject(talk.session_id))
            sent = json.dumps(server.requests, ensure_ascii=False)
            assert [secret for secret in secrets_of(*identity) if secret in sent] == []
            assert len(server.requests) == 4
            assert WORK[language] in sent, "what they did is what the model reads"
