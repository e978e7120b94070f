"""With a real key: the vendor's own model reads an interview. Skipped, and never passed, without one."""

import os

import pytest
from tests.evaluation.interviews import handled, interview

from viva.evaluation import DRAFT_SCORECARD, Evaluation, EvidenceFinder, Reader, Scoring
from viva.evaluation.claude import Claude
from viva.evaluation.store import Subject
from viva.platform.settings import Settings
from viva.sessions import Sessions

KEY = os.environ.get("ANTHROPIC_API_KEY", "")
MODEL = os.environ.get("VIVA_LLM_MODEL") or Settings().llm_model

needs_key = pytest.mark.skipif(
    not KEY, reason="no ANTHROPIC_API_KEY: what a real model answers was NOT tested in this run"
)


@needs_key
async def test_a_real_model_drafts_a_scorecard_whose_every_level_stands_on_what_was_said(database, clock):
    talk = await interview(database, clock)
    async with Claude(api_key=KEY, model=MODEL, base_url=os.environ.get("ANTHROPIC_BASE_URL", "")) as model:
        reader = Reader(clock, EvidenceFinder(use_encoder=False), model)
        await handled(
            Scoring(database, Sessions(), reader, clock, drafts=2), DRAFT_SCORECARD, Subject(talk.session_id)
        )
    async with database.uow() as work:
        results = await Evaluation(Sessions(), clock).results(work, talk.session_id)
    findings = results.scorecard.findings
    assert results.status in {"ready", "needs_human"}
    assert findings.reason not in {"unusable_answer", "no_structured_output", "model_refused"}
    assert all(one.evidence for one in findings.criteria if one.level is not None)
