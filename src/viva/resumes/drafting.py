"""The job that drafts questions from a résumé: paid once, kept one by one, and never in anybody's way.

Each draft is written as soon as it is there, so that a process that dies in the middle pays for one call at
most twice. An outage is waited out for as long as the interview has not begun; without a draft the interview
runs with its other questions.
"""

from uuid import UUID

import msgspec
import structlog

from viva.platform.database import Database, Work
from viva.platform.jobs import ForSession, Job, Jobs, RetryLater
from viva.questions import QUESTION_PROMPT_VERSION, Drafted, Drafter, NotDrafted, Wish, draft_questions
from viva.resumes import store
from viva.resumes.model import DRAFTS_MAX, Resume, missing
from viva.resumes.service import DRAFT_FROM_RESUME, Resumes
from viva.resumes.tables import ResumeQuestionRow
from viva.sessions import SessionNotFound, Sessions, cleaned, identity_of, mask

AGAIN_AFTER_S = 30.0
"""How long an outage of the model is waited out before it is asked again."""
UNUSABLE_MAX = 3
"""Answers in one run that cannot be used, or asked, before a person has to look."""

log = structlog.get_logger(__name__)


class Drafting:
    """Works on the job."""

    def __init__(self, database: Database, sessions: Sessions, resumes: Resumes, drafter: Drafter) -> None:
        self._database = database
        self._sessions = sessions
        self._resumes = resumes
        self._model = drafter.model

    def register(self, jobs: Jobs) -> None:
        """Say who does it."""
        jobs.register(DRAFT_FROM_RESUME, self.run)

    async def run(self, job: Job) -> None:
        """Draft what is missing, one after the other. Raises `RetryLater` in an outage of the model."""
        session_id = msgspec.json.decode(job.payload, type=ForSession).session_id
        unusable = 0
        while (wish := await self._next_wish(session_id)) is not None:
            found = await self._draft(wish)
            if isinstance(found, Drafted):
                await self._keep(session_id, found)
            elif found.code == "model_unavailable":
                await self._note(session_id, "drafting", found.code)
                raise RetryLater(AGAIN_AFTER_S, found.code)
            else:
                unusable += 1
                if found.end or unusable == UNUSABLE_MAX:
                    await self._note(session_id, "stopped", found.code)
                    return

    async def _next_wish(self, session_id: UUID) -> Wish | None:
        """What is to be drafted now, or None when nothing is; then the résumé says how it ended."""
        async with self._database.uow() as work:
            try:
                session = await self._sessions.lock(work, session_id)
            except SessionNotFound:
                return None
            resume = await store.find(work.db, session_id)
            if resume is None:
                return None
            drafts = await store.drafts(work.db, session_id)
            ended = self._ended(resume, len(drafts), missing(resume.wanted, drafts))
            if not session.may_be_amended:
                ended = ("stopped", "interview_begun")
            elif session.ai_consent is False:
                ended = ("stopped", "ai_declined")
            if ended is not None:
                await store.change(work.db, session_id, progress=ended[0], reason=ended[1])
                return None
            asked = await self._sessions.questions(work, session_id)
            identity = identity_of(session)

            def hidden(text: str) -> str:
                return mask(cleaned(text), identity).text

            already = dict.fromkeys([q.text for q in asked] + [d.drafted_text for d in drafts])
            return Wish(
                position=hidden(session.position),
                language=session.language,
                criteria=await self._sessions.criteria(work, session_id),
                resume=resume.text,
                already=tuple(map(hidden, already)),
                account=session.account,
            )

    def _ended(self, resume: Resume, count: int, left: int) -> tuple[str, str | None] | None:
        if left == 0:
            return ("drafted", "drafts_used_up" if count >= DRAFTS_MAX else None)
        if self._model is None:
            return ("stopped", "no_model")
        return None if resume.text else ("stopped", "forgotten")

    async def _draft(self, wish: Wish) -> Drafted | NotDrafted:
        assert self._model is not None  # noqa: S101 (`_next_wish` gives none without a model)
        found = [each async for each in draft_questions(self._model, wish, 1)]
        return found[0]

    async def _keep(self, session_id: UUID, found: Drafted) -> None:
        """Write it down unless the interview has begun, or enough is there, in the meantime."""

        async def write(work: Work) -> None:
            try:
                session = await self._sessions.lock(work, session_id)
            except SessionNotFound:
                return
            resume = await store.find(work.db, session_id)
            drafts = await store.drafts(work.db, session_id)
            if resume is None or not session.may_be_amended or not missing(resume.wanted, drafts):
                return
            number = max((draft.number for draft in drafts), default=0) + 1
            row = self._row(session_id, number, found)
            work.db.add(row)
            await work.db.flush()
            await self._resumes.ask_unread(work, session_id, row.id)

        await self._database.run(write)

    def _row(self, session_id: UUID, number: int, found: Drafted) -> ResumeQuestionRow:
        question = found.question
        return ResumeQuestionRow(
            session_id=session_id,
            number=number,
            text=question.text,
            drafted_text=question.text,
            competency=question.competency,
            what_good_shows=list(question.what_good_shows),
            key_terms=list(question.key_terms),
            model=self._model.name if self._model else "",
            prompt_version=QUESTION_PROMPT_VERSION,
            decision="open",
        )

    async def _note(self, session_id: UUID, progress: str, reason: str) -> None:
        log.info("resume_not_drafted", reason=reason)

        async def write(work: Work) -> None:
            await store.change(work.db, session_id, progress=progress, reason=reason)

        await self._database.run(write)
