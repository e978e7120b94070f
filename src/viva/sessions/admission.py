"""Letting a person in: a plan, a session, and the keys to it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import msgspec

from viva.auth import CandidateAccess
from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.questions import InterviewPlan, Planner
from viva.sessions.cleaning import cleaned, without_controls
from viva.sessions.errors import NameAndPositionRequired
from viva.sessions.masking import identity_of, mask
from viva.sessions.model import NewSession, Session
from viva.sessions.service import Sessions

INVITATION = timedelta(days=14)
"""How long an invitation stays good unless it is extended."""


class Admission(msgspec.Struct, frozen=True):
    """A new session and what opens it: a link to send, and a bearer for programs."""

    session: Session
    join_url: str
    candidate_token: str


class Admissions:
    """Plans first, without holding the database, then stores everything in one unit of work."""

    def __init__(
        self,
        sessions: Sessions,
        planner: Planner,
        access: CandidateAccess,
        clock: Clock,
        base_url: str,
        require_room: Callable[[], None],
    ) -> None:
        self._sessions = sessions
        self._planner = planner
        self._access = access
        self._clock = clock
        self._base_url = base_url
        self._require_room = require_room

    async def plan(self, new: NewSession) -> InterviewPlan:
        """The questions and rubric for this position; may ask a model, so no transaction is open here.

        Raises `DiskFull` while there is no room to record another interview (F23).
        """
        await asyncio.to_thread(self._require_room)
        missing = [f for f in ("user_name", "position") if not without_controls(getattr(new, f))]
        if missing:
            raise NameAndPositionRequired(missing=missing)
        leaves_as = mask(cleaned(new.position), identity_of(new)).text
        return await self._planner.plan(new.position, new.language, new.position_id, leaves_as=leaves_as)

    async def create(
        self, work: Work, new: NewSession, plan: InterviewPlan, created_by: UUID | None
    ) -> Session:
        """The session alone, for somebody who is already here."""
        expires_at = self._clock.now() + INVITATION
        session = await self._sessions.create(work, new, plan, expires_at=expires_at, created_by=created_by)
        if created_by is not None:
            await self._sessions.assign(work, session.id, created_by)
        return session

    async def admit(
        self, work: Work, new: NewSession, plan: InterviewPlan, created_by: UUID | None
    ) -> Admission:
        """The session with its link and its bearer."""
        session = await self.create(work, new, plan, created_by)
        bearer = await self._access.issue_bearer(work, session.id, session.expires_at)
        return Admission(session, await self.link(work, session), bearer)

    async def link(self, work: Work, session: Session) -> str:
        """A fresh one-time link into the session; links given out before stay as they are."""
        token = await self._access.issue_link(work, session.id, session.expires_at)
        return f"{self._base_url}/i/{token}"
