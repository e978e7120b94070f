"""Notices are files of this package, one per version and language; decisions go into the ledger."""

from importlib.resources import files
from uuid import UUID

import msgspec
from sqlalchemy import select

from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.privacy.errors import NoticeOutdated
from viva.privacy.model import Consent, Language, LedgerEntry, Notice
from viva.privacy.tables import ConsentRow
from viva.sessions import Session, Sessions

NOTICE_VERSION = "2026-11-1"
"""The current notice. Changing a word of its text means a new version and new files beside the old."""


class Privacy:
    """Shows the notice and writes down what was decided."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._texts = {language: _text(language) for language in ("ko", "en")}

    def notice(self, language: Language) -> Notice:
        """The current notice in one language."""
        return Notice(notice_version=NOTICE_VERSION, language=language, text=self._texts[language])

    async def decide(self, work: Work, session_id: UUID, consent: Consent) -> Session:
        """Write the decision down; it holds at once. Raises `NoticeOutdated` or `SessionClosed`."""
        if consent.notice_version != NOTICE_VERSION:
            raise NoticeOutdated
        session = await self._sessions.decide_consent(
            work, session_id, recording=consent.recording, ai_evaluation=consent.ai_evaluation
        )
        notice = self.notice(session.language)
        entry = ConsentRow(
            session_id=session_id,
            notice_version=notice.notice_version,
            language=session.language,
            text_hash=notice.text_hash,
            recording=consent.recording,
            ai_evaluation=consent.ai_evaluation,
            decided_at=self._clock.now(),
        )
        work.db.add(entry)
        await work.db.flush()
        return session

    async def ledger(self, work: Work, session_id: UUID) -> tuple[LedgerEntry, ...]:
        """Every decision of this candidate, oldest first."""
        rows = await work.db.scalars(
            select(ConsentRow).where(ConsentRow.session_id == session_id).order_by(ConsentRow.id)
        )
        return tuple(msgspec.convert(row, LedgerEntry, from_attributes=True) for row in rows)


def _text(language: str) -> str:
    return (files(__package__) / "notices" / f"{NOTICE_VERSION}.{language}.txt").read_text("utf-8").strip()
