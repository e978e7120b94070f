"""A résumé's text is forgotten once its interview is over."""

import asyncio

import structlog

from viva.platform.database import Database
from viva.platform.errors import Unavailable
from viva.resumes.service import Resumes

log = structlog.get_logger(__name__)

EVERY_S = 600.0
"""Within ten minutes of the end."""


async def forget_in_time(database: Database, resumes: Resumes) -> None:
    """Forget what is outlived, until cancelled; an outage of the database is waited out."""
    while True:
        try:
            async with database.uow() as work:
                count = await resumes.forget_outlived(work)
            if count:
                log.info("resumes_forgotten", count=count)
        except Unavailable:
            log.warning("forgetting_waits_for_database")
        except Exception:  # the next time may go better; nothing would be forgotten until a restart
            log.exception("forgetting_failed")
        await asyncio.sleep(EVERY_S)
