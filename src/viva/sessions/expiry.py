"""Interviews that nobody came to are closed when their deadline has passed."""

import asyncio

import structlog

from viva.platform.clock import Clock
from viva.platform.database import Database
from viva.platform.errors import Unavailable
from viva.sessions.service import Sessions

log = structlog.get_logger(__name__)

EVERY_S = 60.0
"""A deadline is told to the minute."""


async def expire_in_time(database: Database, sessions: Sessions, clock: Clock) -> None:
    """Close what is overdue, once a minute, until cancelled; an outage of the database is waited out."""
    while True:
        try:
            async with database.uow() as work:
                expired = await sessions.expire_overdue(work, clock.now())
            if expired:
                log.info("interviews_expired", count=len(expired))
        except Unavailable:
            log.warning("expiry_waits_for_database")
        except Exception:  # the next minute may go better; nothing would be closed until a restart
            log.exception("expiry_failed")
        await asyncio.sleep(EVERY_S)
