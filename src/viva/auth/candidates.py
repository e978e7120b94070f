"""What lets a candidate in: opaque, random, hashed at rest, good for one session and for a stated time."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from viva.auth.errors import BadLink
from viva.auth.model import CandidatePrincipal, LinkFound, Swapped, cookie_expiry
from viva.auth.tables import CandidateCredentialRow as Row
from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.platform.ids import new_token, token_hash, uuid7

CANDIDATE_PREFIX = "vcand"
Kind = Literal["link", "bearer", "cookie"]


class CandidateAccess:
    """Issues, swaps, looks up and revokes the credentials of candidates."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def issue_link(self, work: Work, session_id: UUID, expires_at: datetime) -> str:
        """The secret part of an invitation's address, for one opening until `expires_at`."""
        return await self._issue(work, "link", session_id, expires_at)

    async def issue_bearer(self, work: Work, session_id: UUID, expires_at: datetime) -> str:
        """The contract's `candidate_token`: a bearer for this session alone."""
        return await self._issue(work, "bearer", session_id, expires_at)

    async def issue_cookie(self, work: Work, session_id: UUID, expires_at: datetime) -> str:
        """The value of a browser's candidate cookie."""
        return await self._issue(work, "cookie", session_id, expires_at)

    async def _issue(self, work: Work, kind: Kind, session_id: UUID, expires_at: datetime) -> str:
        token = new_token(CANDIDATE_PREFIX)
        work.db.add(
            Row(
                id=uuid7(),
                session_id=session_id,
                kind=kind,
                hash=token_hash(token),
                expires_at=expires_at,
            )
        )
        await work.db.flush()
        return token

    async def swap_link(self, work: Work, token: str, *, held: CandidatePrincipal | None = None) -> Swapped:
        """Turn a link into a cookie, once, however many ask at the same moment.

        `held` is what the browser already has: with a cookie for the same session the link may be opened
        again, and the cookie stays. Otherwise raises `BadLink`, as for a link that is expired or revoked.
        """
        now = self._clock.now()
        used = await work.db.execute(
            update(Row)
            .where(*_good_link(token, now), Row.used_at.is_(None))
            .values(used_at=now)
            .returning(Row.session_id, Row.expires_at)
            .execution_options(synchronize_session=False)
        )
        link = used.one_or_none()
        if link is None:
            return await self._again(work, token, held)
        expires_at = cookie_expiry(link.expires_at, now)
        cookie = await self.issue_cookie(work, link.session_id, expires_at)
        return Swapped(session_id=link.session_id, cookie=cookie, expires_at=expires_at)

    async def _again(self, work: Work, token: str, held: CandidatePrincipal | None) -> Swapped:
        query = select(Row.session_id, Row.expires_at).where(*_good_link(token, self._clock.now()))
        link = (await work.db.execute(query)).one_or_none()
        if link is None or held is None or held.session_id != link.session_id:
            raise BadLink
        return Swapped(session_id=link.session_id, cookie=None, expires_at=link.expires_at)

    async def peek(self, work: Work, token: str) -> LinkFound | None:
        """What a link leads to, without using it up; None for one that is no good."""
        query = select(Row.session_id, Row.used_at).where(*_good_link(token, self._clock.now()))
        found = (await work.db.execute(query)).one_or_none()
        return None if found is None else LinkFound(found.session_id, found.used_at is not None)

    async def resolve(self, work: Work, token: str, *, kind: Kind = "bearer") -> CandidatePrincipal | None:
        """Who a bearer or a cookie speaks for. A link is neither: it is only ever swapped."""
        query = select(Row.session_id, Row.id).where(
            Row.hash == token_hash(token),
            Row.kind == kind,
            Row.revoked_at.is_(None),
            Row.expires_at > self._clock.now(),
        )
        found = (await work.db.execute(query)).one_or_none()
        return None if found is None else CandidatePrincipal(found.session_id, found.id)

    async def good_among(self, work: Work, credentials: Collection[UUID]) -> set[UUID]:
        """Those of these credentials whose open sockets may stay open (S03)."""
        query = select(Row.id).where(
            Row.id.in_(credentials), Row.revoked_at.is_(None), Row.expires_at > self._clock.now()
        )
        return set(await work.db.scalars(query))

    async def revoke_all(self, work: Work, session_id: UUID) -> None:
        """End every link, bearer and cookie of a session. Doing it twice is fine."""
        await work.db.execute(
            update(Row)
            .where(Row.session_id == session_id, Row.revoked_at.is_(None))
            .values(revoked_at=self._clock.now())
            .execution_options(synchronize_session=False)
        )


def _good_link(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Row.hash == token_hash(token),
        Row.kind == "link",
        Row.revoked_at.is_(None),
        Row.expires_at > now,
    )


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds for a cookie's Max-Age, never negative."""
    return max(0, int((moment - now) / timedelta(seconds=1)))
