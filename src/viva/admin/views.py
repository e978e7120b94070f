"""Read-only views over several modules, one for each page."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from viva.admin.ai_cards import AiCards
from viva.admin.origins import origin
from viva.admin.resume_views import resume_view
from viva.auth import AuthService, Principal, UserPrincipal
from viva.evaluation import (
    CALIBRATE,
    DRAFT_SCORECARD,
    EVALUATE_ANSWER,
    BudgetView,
    Evaluation,
    Review,
    Reviewing,
    budget_view,
    for_staff,
    veiled,
)
from viva.media import Recordings, RecordingUnreadable
from viva.platform.database import Database, Work
from viva.platform.i18n import N_, gettext
from viva.platform.jobs import HeldJob, Jobs
from viva.platform.settings import Settings
from viva.privacy import Privacy
from viva.questions import Criterion
from viva.resumes import DRAFT_FROM_RESUME, Resumes
from viva.sessions import Session, Sessions
from viva.stt import Choice

PAGE = 50
JOB_WORDS = {
    EVALUATE_ANSWER: N_("Evaluation of an answer"),
    DRAFT_SCORECARD: N_("Draft of a scorecard"),
    CALIBRATE: N_("Repeated readings"),
    DRAFT_FROM_RESUME: N_("Questions from a résumé"),
}


class Dashboard:
    """Gathers what the pages show."""

    def __init__(
        self,
        *,
        database: Database,
        sessions: Sessions,
        evaluation: Evaluation,
        reviewing: Reviewing,
        ai: AiCards,
        privacy: Privacy,
        resumes: Resumes,
        recordings: Recordings,
        accounts: AuthService,
        running: Callable[[], int],
        jobs: Jobs,
        engine: Choice,
        settings: Settings,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._evaluation = evaluation
        self._reviewing = reviewing
        self._ai = ai
        self._privacy = privacy
        self._resumes = resumes
        self._recordings = recordings
        self._accounts = accounts
        self._running = running
        self._jobs = jobs
        self._engine = engine
        self._settings = settings

    async def sessions_page(
        self, principal: Principal, *, text: str, status: str, before: UUID | None
    ) -> dict[str, Any]:
        """`admin/sessions.html`."""
        async with self._database.uow() as work:
            found = await self._sessions.page(
                work, principal, status=status or None, text=text or None, before=before, limit=PAGE + 1
            )
            shown = found[:PAGE]
            standings = await self._evaluation.standings(work, [session.id for session in shown])
            counts = await self._sessions.status_counts(work, principal)
        following = {"q": text, "status": status, "cursor": str(shown[-1].id)} if len(found) > PAGE else None
        return {
            "rows": [{"session": one, "evaluation": _standing(one, standings.get(one.id))} for one in shown],
            "filters": {"q": text, "status": status},
            "counts": counts,
            "next_page": f"/admin/sessions?{urlencode(following)}" if following else None,
        }

    async def session_page(self, principal: UserPrincipal, session_id: UUID) -> dict[str, Any]:
        """`admin/session.html`. Raises `SessionNotFound`."""
        page = await self._database.run(lambda work: self._session_page(work, principal, session_id))
        parts = () if page["hidden"] else await self._parts(session_id)
        return page | {"parts": parts or (), "recording_broken": parts is None}

    async def _session_page(self, work: Work, principal: UserPrincipal, session_id: UUID) -> dict[str, Any]:
        session = await self._sessions.visible(work, session_id, principal)
        veil = await self._sessions.veil(work, session, principal)
        record = veil.record(await self._sessions.record(work, session_id))
        everything = await self._evaluation.results(work, session_id)
        results = await self._reviewing.shown_to(work, session_id, everything, principal, on_page=True)
        own = self._reviewing.views_of(results, principal.user_id)
        latest = own[-1] if own else None
        ledger = await self._privacy.ledger(work, session_id)
        return {
            "record": record,
            "origin": origin(record.session),
            "resume": await resume_view(work, self._resumes, record),
            "results": for_staff(veiled(results, veil)),
            "weights": shares(record.criteria),
            "own_review": latest,
            "draft_seen": await self._reviewing.has_seen_draft(work, session_id, principal.user_id),
            "other_reviews": await self._others(work, results.reviews, principal),
            "hidden": veil.hides,
            "known_by": await self._known_by(work, session_id),
            "incidents": await self._sessions.incidents(work, session_id),
            "notice_version": ledger[-1].notice_version if ledger else None,
            "consented_at": ledger[-1].decided_at if ledger else None,
            "values": _form_of(latest),
            "problem": None,
            "left_out": [],
        }

    async def _others(
        self, work: Work, reviews: Sequence[Review], principal: UserPrincipal
    ) -> list[dict[str, Any]]:
        names = await self._accounts.emails(work, {review.reviewer_id for review in reviews})
        return [
            {"name": names.get(review.reviewer_id, ""), "review": review}
            for review in reviews
            if review.reviewer_id != principal.user_id
        ]

    async def _known_by(self, work: Work, session_id: UUID) -> list[dict[str, Any]]:
        """Who decided to know whose interview it is before they had scored it."""
        early = [one for one in await self._sessions.unveilings(work, session_id) if not one.scored]
        names = await self._accounts.emails(work, {one.user_id for one in early})
        return [{"name": names.get(one.user_id, ""), "at": one.at} for one in early]

    async def _parts(self, session_id: UUID) -> list[dict[str, Any]] | None:
        """None where they cannot be read: the transcript can be reviewed all the same."""
        try:
            parts = await self._recordings.parts(session_id)
        except RecordingUnreadable:
            return None
        return [
            {
                "url": f"/api/sessions/{session_id}/recording?part={number}",
                "kind": "video" if part.video else "audio",
                "start_ms": part.start_ms or 0,
                "duration_ms": part.duration_ms,
            }
            for number, part in enumerate(parts)
        ]

    async def system_page(self) -> dict[str, Any]:
        """`admin/system.html`."""
        ai = await self._ai.shown()
        return ai | {
            "engines": [self._recognition(), self._judge(ai["ai"].stopped), self._database_part()],
            "running": self._running(),
            "jobs": await self._jobs.load(),
            "held": [_held(job) for job in await self._jobs.held()],
            "today": await self._today(),
            "has_model": bool(self._settings.anthropic_api_key),
        }

    async def _today(self) -> BudgetView | None:
        """The day's budget, where a model is asked at all."""
        if not self._settings.anthropic_api_key:
            return None
        async with self._database.uow() as work:
            return budget_view(await self._evaluation.spent_today(work))

    def _recognition(self) -> dict[str, str]:
        state = "ok" if self._engine.engine else "off"
        return _part(N_("Speech recognition"), state, gettext(self._engine.message))

    def _judge(self, stopped: bool) -> dict[str, str]:
        if self._settings.anthropic_api_key and stopped:
            detail = gettext(N_("{model}: stopped, see below")).format(model=self._settings.llm_model)
            return _part(N_("Evaluation"), "off", detail)
        if self._settings.anthropic_api_key:
            return _part(N_("Evaluation"), "ok", self._settings.llm_model)
        detail = N_("No model key is set: quotes are found for each criterion, and nothing is judged.")
        return _part(N_("Evaluation"), "degraded", gettext(detail))

    def _database_part(self) -> dict[str, str]:
        external = bool(self._settings.database_url)
        detail = N_("An external PostgreSQL") if external else N_("The embedded PostgreSQL")
        return _part(N_("Database"), "ok", gettext(detail))


def _part(label: str, state: str, detail: str) -> dict[str, str]:
    return {"label": gettext(label), "state": state, "detail": detail}


def _standing(session: Session, standing: str | None) -> str:
    if standing is not None:
        return standing
    return "pending" if session.status == "completed" else "none"


def _form_of(review: Review | None) -> dict[str, Any]:
    if review is None:
        return {"levels": {}, "note": "", "decision": "", "override_reason": ""}
    return {
        "levels": review.levels,
        "note": review.note,
        "decision": review.decision or "",
        "override_reason": review.override_reason,
    }


def shares(criteria: Sequence[Criterion]) -> dict[str, int]:
    """Each criterion's weight as a share of all, in per cent, by key."""
    total = sum(criterion.weight for criterion in criteria) or 1
    return {criterion.key: round(100 * criterion.weight / total) for criterion in criteria}


def _held(job: HeldJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": gettext(JOB_WORDS.get(job.name, job.name)),
        "session_id": job.session_id,
        "reason": job.reason,
        "since": job.since,
    }
