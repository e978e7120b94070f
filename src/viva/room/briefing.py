"""What the candidate's pages say about an interview."""

import math
from typing import Any
from uuid import UUID

import msgspec

from viva.media import IceServer, ice_servers
from viva.platform.clock import Clock
from viva.platform.database import Work
from viva.platform.settings import Settings
from viva.platform.web import datetime_of
from viva.privacy import Privacy
from viva.resumes import Resumes
from viva.sessions import Session, Sessions
from viva.stt import Transcriber

MINUTES_PER_ANSWER = 2
"""How long an answer takes as a rule; the limit is more generous."""


class Briefing:
    """Gathers the context of each page."""

    def __init__(
        self,
        sessions: Sessions,
        privacy: Privacy,
        resumes: Resumes,
        transcriber: Transcriber | None,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._sessions = sessions
        self._privacy = privacy
        self._resumes = resumes
        self._settings = settings
        self._helpers = {
            "transcription": transcriber.name if transcriber else "off",
            "evaluation": "model" if settings.anthropic_api_key else "evidence",
        }

    async def invitation(self, work: Work, session_id: UUID) -> dict[str, Any]:
        """`room/invitation.html`, but for the token."""
        session = await self._sessions.get(work, session_id)
        count = len(await self._sessions.questions(work, session_id))
        return {
            "user_name": session.user_name,
            "position": session.position,
            "question_count": count,
            "minutes": minutes(session, count),
            "deadline": datetime_of(session.expires_at, self._settings.time_zone),
            "resuming": session.status == "in_progress",
        }

    async def consent(self, work: Work, session: Session) -> dict[str, Any]:
        """`room/consent.html`."""
        count = len(await self._sessions.questions(work, session.id))
        return {
            "session": session,
            "notice_version": self._privacy.notice(session.language).notice_version,
            "question_count": count,
            "minutes": minutes(session, count),
            "answer_limit_s": session.answer_limit_s,
            "criteria": await self._sessions.criteria(work, session.id),
            "helpers": self._helpers
            | {"resume": await self._resume(work, session), "questions": session.plan_source},
            "retention_days": None,
            "contact": "",
            "values": {
                "recording": bool(session.recording_consent),
                "ai_evaluation": bool(session.ai_consent),
            },
            "problem": None,
        }

    async def _resume(self, work: Work, session: Session) -> str:
        """Whether a model has read the candidate's résumé, and whether a person reads what it drafted."""
        decisions = {draft.decision for draft in await self._resumes.drafts(work, session.id)}
        if not decisions:
            return "none"
        return "unread" if "unread" in decisions else "read"

    async def room(self, work: Work, session: Session, *, typed_only: bool) -> dict[str, Any]:
        """`room/interview.html`."""
        questions = await self._sessions.questions(work, session.id)
        current = next((q for q in questions if q.id == session.current_question_id), None)
        return {
            "session": session,
            "typed_only": typed_only,
            "question_count": len(questions),
            "question": current,
            "question_number": current.order if current else 0,
            "ice_servers": msgspec.to_builtins(self._ice_servers(session)),
        }

    def _ice_servers(self, session: Session) -> list[IceServer]:
        settings = self._settings
        return ice_servers(settings.ice_servers, settings.turn_secret, session.id, self._clock.now())

    async def done(self, work: Work, session: Session) -> dict[str, Any]:
        """`room/done.html`."""
        answers = await self._sessions.answers(work, session.id)
        return {
            "session": session,
            "reference": session.reference,
            "answered": sum(answer.status == "finished" for answer in answers),
            "question_count": len(answers),
            "deletion_date": None,
            "contact": "",
        }


def minutes(session: Session, question_count: int) -> int:
    """About how long the interview takes."""
    each = min(MINUTES_PER_ANSWER, math.ceil(session.answer_limit_s / 60))
    return max(1, question_count * each)
