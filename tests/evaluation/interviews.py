"""Interviews in the database, as evaluation finds them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec

from viva.platform.jobs import Job
from viva.questions import Criterion, InterviewPlan, PlannedQuestion
from viva.sessions import NewSession, NewUtterance, Sessions

SPOKEN = [
    "I looked at the logs first and found that the cache was never filled after the deployment.",
    "I told the team early that my change was the cause, and I stayed until it was fixed.",
]
ANCHORS = ("Nothing shown", "A little shown", "Partly shown", "Well shown", "Shown in depth")
CRITERIA = (
    Criterion(
        key="problem_solving",
        title="Problem solving",
        description="CANARY-RUBRIC finds the cause of a failure",
        weight=0.5,
        anchors=ANCHORS,
    ),
    Criterion(
        key="ownership",
        title="Ownership",
        description="Takes responsibility for their own change",
        weight=0.5,
        anchors=ANCHORS,
    ),
)


@dataclass(frozen=True)
class Interview:
    session_id: UUID
    question_ids: list[UUID]


async def interview(
    database,
    clock,
    *,
    spoken=SPOKEN,
    language="en",
    name="Jane Okafor",
    email=None,
    ai_consent=True,
    confidence=0.9,
    completed=False,
) -> Interview:
    """A finished interview with one answer to each question."""
    sessions = Sessions()
    questions = tuple(
        PlannedQuestion(
            id=f"q{n}",
            order=n,
            text=f"Question {n}?",
            competency="ownership",
            what_good_shows=("CANARY-GOOD",),
        )
        for n in range(1, len(spoken) + 1)
    )
    plan = InterviewPlan(
        position_title="Backend engineer",
        language=language,
        questions=questions,
        criteria=CRITERIA,
        source="bank",
    )
    new = NewSession(user_name=name, position="Backend engineer", language=language, email=email)
    expires_at = clock.now() + timedelta(days=1)
    async with database.uow() as work:
        session = await sessions.create(work, new, plan, expires_at=expires_at, created_by=None)
        await sessions.decide_consent(work, session.id, recording=True, ai_evaluation=ai_consent)
        asked = await sessions.questions(work, session.id)
        for place, (question, text) in enumerate(zip(asked, spoken, strict=True)):
            start = place * 10_000
            await sessions.add_utterance(
                work,
                session.id,
                NewUtterance(
                    question_id=question.id,
                    text=text,
                    start_ms=start,
                    end_ms=start + 5000,
                    source="deepgram",
                    confidence=confidence,
                ),
            )
            await sessions.set_answer(work, question.id, status="finished", kind="spoken")
        values = {"completed_at": clock.now()} if completed else {}
        await sessions.set_progress(work, session.id, status="completed", **values)
    return Interview(session.id, [question.id for question in asked])


async def handled(scoring, name, subject):
    """Handle the job of this subject as the queue would."""
    job = Job(id="1", name=name, payload=msgspec.json.encode(subject), attempt=1)
    await scoring.handle(job)
