"""The queries of evaluation: values in, values out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Select, cast, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from viva.evaluation.model import Findings, Method, Scorecard
from viva.evaluation.tables import EvaluationRow, HumanReviewRow, ScorecardRow
from viva.platform.ids import uuid7
from viva.platform.job_store import has_held_job, has_open_job, release_held_like
from viva.platform.spending import Spent

BUDGET_DAY = "budget_day"
Standing = Literal["pending", "ready", "needs_human", "failed", "reviewed"]


class Subject(msgspec.Struct, frozen=True):
    """What is evaluated, for the how-manieth time: one answer, or with `question_id` None the whole."""

    session_id: UUID
    question_id: UUID | None = None
    round: int = 0


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One call, or none, and what came of it; `draft` numbers it where there are several."""

    outcome: Literal["settled", "drafted", "unusable", "unavailable"]
    method: Method
    model: str
    started_at: datetime
    finished_at: datetime
    reason: str | None = None
    prompt_version: str | None = None
    prompt_hash: str | None = None
    rubric_version: str | None = None
    input_hash: str | None = None
    draft: int | None = None
    raw_answer: str | None = None
    request_id: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    cost_microusd: int | None = None

    @property
    def spent(self) -> Spent:
        """What it used."""
        return Spent(self.input_tokens + self.output_tokens, self.cost_microusd or 0)


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried in this round so far; `drafted` and `unusable` by the draft's number."""

    settled: bool = False
    drafted: dict[int, Findings] = {}
    unusable: dict[int, int] = {}
    unavailable: int = 0
    waiting_since: datetime | None = None
    waits_for_budget: bool = False


class Usage(msgspec.Struct, frozen=True):
    """What a session's evaluations have used so far; `cost_microusd` is None where no price was set."""

    calls: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cost_microusd: int | None = None


async def lock(db: AsyncSession, subject: Subject) -> None:
    """Nobody else writes results of this session until the transaction ends."""
    key = f"evaluation:{subject.session_id}"
    await db.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def rounds_settled(db: AsyncSession, session_id: UUID, question_id: UUID | None) -> int:
    """How many rounds of this subject are done."""
    query = select(func.count()).where(
        EvaluationRow.session_id == session_id,
        EvaluationRow.question_id.is_not_distinct_from(question_id),
        EvaluationRow.outcome == "settled",
    )
    return await db.scalar(query) or 0


async def is_queued(db: AsyncSession, session_id: UUID) -> bool:
    """Whether a drafting of the whole waits or is under way."""
    return await has_open_job(db, "draft_scorecard", f"draft_scorecard:{session_id}:")


async def is_held(db: AsyncSession, session_id: UUID) -> bool:
    """Whether a drafting of the whole failed so often that it is left to a person."""
    return await has_held_job(db, "draft_scorecard", f"draft_scorecard:{session_id}:")


async def release_held(db: AsyncSession, session_id: UUID, question_ids: Iterable[UUID]) -> bool:
    """Let the session's held evaluations go on where they stopped; whether the whole was among them."""
    for question_id in question_ids:
        await release_held_like(db, "evaluate_answer", f"evaluate_answer:{question_id}:")
    return await release_held_like(db, "draft_scorecard", f"draft_scorecard:{session_id}:")


async def tries(db: AsyncSession, subject: Subject) -> Tries:
    """What happened in the subject's round."""
    rows = (await db.scalars(_round(subject).order_by(EvaluationRow.id))).all()
    unusable = Counter(row.draft or 1 for row in rows if row.outcome == "unusable")
    away = [row for row in rows if row.outcome == "unavailable" and row.reason != BUDGET_DAY]
    return Tries(
        settled=any(row.outcome == "settled" for row in rows),
        drafted={
            row.draft: msgspec.convert(row.result, Findings)
            for row in rows
            if row.outcome == "drafted" and row.draft is not None
        },
        unusable=dict(unusable),
        unavailable=len(away),
        waiting_since=away[0].started_at if away else None,
        waits_for_budget=bool(rows) and rows[-1].reason == BUDGET_DAY,
    )


async def waiting_reason(db: AsyncSession, session_id: UUID) -> str | None:
    """Why the whole is still pending, if the last try at it says so."""
    last = (
        select(EvaluationRow.outcome, EvaluationRow.reason)
        .where(EvaluationRow.session_id == session_id, EvaluationRow.question_id.is_(None))
        .order_by(EvaluationRow.id.desc())
        .limit(1)
    )
    row = (await db.execute(last)).first()
    return row.reason if row and row.outcome == "unavailable" else None


def _round(subject: Subject) -> Select[EvaluationRow]:
    return select(EvaluationRow).where(
        EvaluationRow.session_id == subject.session_id,
        EvaluationRow.question_id.is_not_distinct_from(subject.question_id),
        EvaluationRow.round == subject.round,
    )


async def add(db: AsyncSession, subject: Subject, attempted: Try, findings: Findings | None = None) -> UUID:
    """Append a try, with the `findings` that it gave; `settled` ends the round."""
    before = await db.scalar(select(func.count()).select_from(_round(subject).subquery()))
    row = EvaluationRow(
        session_id=subject.session_id,
        question_id=subject.question_id,
        round=subject.round,
        attempt=(before or 0) + 1,
        result=msgspec.to_builtins(findings) if findings else None,
        **msgspec.structs.asdict(attempted),
    )
    db.add(row)
    await db.flush()
    return row.id


async def put_scorecard(
    db: AsyncSession, session_id: UUID, evaluation_id: UUID, attempted: Try, findings: Findings
) -> None:
    """Make this the session's current draft."""
    values = {
        "evaluation_id": evaluation_id,
        "status": findings.status,
        "reason": findings.reason,
        "payload": msgspec.to_builtins(findings),
        "evaluated_by": attempted.model,
        "prompt_version": attempted.prompt_version,
    }
    statement = insert(ScorecardRow).values(id=uuid7(), session_id=session_id, **values)
    values["created_at"] = values["updated_at"] = func.now()
    await db.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))


async def scorecard(db: AsyncSession, session_id: UUID) -> Scorecard | None:
    """The current draft."""
    query = (
        select(ScorecardRow, EvaluationRow.rubric_version)
        .join(EvaluationRow, EvaluationRow.id == ScorecardRow.evaluation_id)
        .where(ScorecardRow.session_id == session_id)
    )
    found = (await db.execute(query.execution_options(populate_existing=True))).first()
    if found is None:
        return None
    row, rubric_version = found
    return Scorecard(
        id=row.id,
        session_id=row.session_id,
        evaluation_id=row.evaluation_id,
        findings=msgspec.convert(row.payload, Findings),
        evaluated_by=row.evaluated_by,
        prompt_version=row.prompt_version,
        rubric_version=rubric_version,
        created_at=row.created_at,
    )


async def standings(db: AsyncSession, session_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """How far each of these sessions' evaluation is; sessions without a draft or review are left out."""
    drafted = await db.execute(
        select(ScorecardRow.session_id, ScorecardRow.status).where(ScorecardRow.session_id.in_(session_ids))
    )
    reviewed = await db.scalars(
        select(HumanReviewRow.session_id).where(HumanReviewRow.session_id.in_(session_ids)).distinct()
    )
    found = {row.session_id: row.status for row in drafted} | dict.fromkeys(reviewed, "reviewed")
    return msgspec.convert(found, dict[UUID, Standing])


async def answer_findings(db: AsyncSession, session_id: UUID) -> dict[UUID, Findings]:
    """The newest settled findings of every answer, by question."""
    rows = await db.execute(
        select(EvaluationRow.question_id, EvaluationRow.result)
        .where(
            EvaluationRow.session_id == session_id,
            EvaluationRow.question_id.is_not(None),
            EvaluationRow.outcome == "settled",
        )
        .order_by(EvaluationRow.round)
    )
    return {question: msgspec.convert(result, Findings) for question, result in rows if question}


async def usage(db: AsyncSession, session_id: UUID) -> Usage:
    """Calls that were answered, their tokens and, where prices were set, their cost."""
    columns = (EvaluationRow.input_tokens, EvaluationRow.output_tokens, EvaluationRow.cache_read_tokens)
    sums = (func.coalesce(func.sum(column), 0) for column in columns)
    answered = func.count().filter(EvaluationRow.raw_answer.is_not(None))
    query = select(answered, *sums, cast(func.sum(EvaluationRow.cost_microusd), BigInteger))
    row = (await db.execute(query.where(EvaluationRow.session_id == session_id))).one()
    return Usage(row[0], row[1], row[2], row[3], row[4])
