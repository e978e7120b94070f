"""How an interview stands in the database at a moment of which a test tells."""

from viva.sessions import Sessions


async def under_way(database, clock, talk) -> None:
    """As a process that died in the middle of the answer leaves it."""
    async with database.uow() as work:
        sessions = Sessions()
        await sessions.set_answer(
            work, talk.question_ids[0], status="answering", start_ms=20_000, end_ms=None
        )
        await sessions.set_progress(
            work, talk.session_id, status="in_progress", answering_since=clock.now(), completed_at=None
        )


async def answered(database, talk, ended_ms) -> None:
    """Its answer has ended, then."""
    async with database.uow() as work:
        await Sessions().set_answer(
            work, talk.question_ids[0], status="finished", kind="spoken", start_ms=1_000, end_ms=ended_ms
        )
