"""The queries of people's reviews, and of who was shown a draft before."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from viva.evaluation.model import Review
from viva.evaluation.overriding import Differing
from viva.evaluation.tables import DraftViewRow, EvaluationRow, HumanReviewRow

_READ = ("draft_by", "draft_prompt_version")
"""What a review tells of its draft; it stands with the draft."""

_NOTE_VIEW = """
insert into draft_views (session_id, user_id, at)
select id, :user_id, :at from sessions where id = :session_id for key share
on conflict do nothing
"""
"""A session that is erased at this moment needs no note."""

_DIFFERING = """
with blind as (
    select distinct on (session_id, reviewer_id) id, session_id, levels, evaluation_id
    from human_reviews where not draft_seen and evaluation_id is not null
    order by session_id, reviewer_id, created_at desc, id desc
)
select e.model, e.prompt_version, count(*) as criteria,
    count(*) filter (where c ->> 'level' <> b.levels ->> (c ->> 'key')) as differing,
    count(distinct b.id) as reviews,
    count(distinct b.session_id) as interviews
from blind b
join evaluations e on e.id = b.evaluation_id and e.method = 'model'
cross join lateral jsonb_array_elements(e.result -> 'criteria') c
where c ->> 'level' is not null and b.levels ->> (c ->> 'key') is not null
group by e.model, e.prompt_version
order by count(*) desc, e.model, e.prompt_version
"""
"""The newest view that each person had of an interview before they saw a draft of it, beside the draft that
was current then. "Not scored", by either, is no level and differs from nothing."""


async def add(db: AsyncSession, review: Review) -> None:
    """Append a person's review."""
    values = msgspec.structs.asdict(review)
    db.add(HumanReviewRow(**{name: value for name, value in values.items() if name not in _READ}))
    await db.flush()


async def reviews(db: AsyncSession, session_id: UUID) -> tuple[Review, ...]:
    """All of them, oldest first."""
    rows = await db.execute(
        select(HumanReviewRow, EvaluationRow.model, EvaluationRow.prompt_version)
        .outerjoin(EvaluationRow, EvaluationRow.id == HumanReviewRow.evaluation_id)
        .where(HumanReviewRow.session_id == session_id)
        .order_by(HumanReviewRow.id)
    )
    return tuple(
        msgspec.structs.replace(
            msgspec.convert(row, Review, from_attributes=True), draft_by=model, draft_prompt_version=version
        )
        for row, model, version in rows
    )


async def note_draft_shown(db: AsyncSession, session_id: UUID, user_id: UUID, now: datetime) -> None:
    """Write down, once, that this person has seen a model's draft of this interview."""
    await db.execute(text(_NOTE_VIEW), {"session_id": session_id, "user_id": user_id, "at": now})


async def was_draft_shown(db: AsyncSession, session_id: UUID, user_id: UUID) -> bool:
    """Whether that is written down."""
    found = exists().where(DraftViewRow.session_id == session_id, DraftViewRow.user_id == user_id)
    return bool(await db.scalar(select(found)))


async def differing(db: AsyncSession) -> tuple[Differing, ...]:
    """How often people who scored blind to the draft differ from it, by model and version."""
    rows = await db.execute(text(_DIFFERING))
    return tuple(msgspec.convert(row, Differing, from_attributes=True) for row in rows)
