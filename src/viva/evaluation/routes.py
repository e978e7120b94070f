"""The routes of evaluation. They ask for `database`, `sessions` and `evaluation`; bootstrap provides them."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from viva.auth import (
    CandidatePrincipal,
    Principal,
    UserPrincipal,
    requires_candidate_or_user,
    requires_person,
    requires_reviewer,
)
from viva.evaluation.model import Level, Review
from viva.evaluation.service import Decision, Evaluation
from viva.evaluation.veiling import veiled
from viva.evaluation.views import CandidateResults, StaffResults, for_candidate, for_staff
from viva.platform.database import Database, Work
from viva.sessions import Sessions

PrincipalRequest = Request[Principal, str | None, Any]
UserRequest = Request[UserPrincipal, str | None, Any]


class NewReview(msgspec.Struct, forbid_unknown_fields=True):
    """A person's own levels by criterion (null: not scored), a note and, when they are ready, a decision."""

    levels: dict[str, Level | None]
    note: str = ""
    decision: Decision | None = None


@get("/api/sessions/{session_id:uuid}/results", guards=[requires_candidate_or_user])
async def read_results(
    request: PrincipalRequest,
    session_id: FromPath[UUID],
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    evaluation: NamedDependency[Evaluation],
) -> StaffResults | CandidateResults:
    """What there is: for staff with the draft, for the candidate their status and own answers."""
    async with database.uow() as work:
        session = await sessions.visible(work, session_id, request.user, candidate_ok=True)
        veil = await sessions.veil(work, session, request.user)
        results = veiled(await evaluation.results(work, session_id), veil)
    return for_candidate(results) if isinstance(request.user, CandidatePrincipal) else for_staff(results)


@post("/api/sessions/{session_id:uuid}/reviews", guards=[requires_person, requires_reviewer])
async def submit_review(
    request: UserRequest,
    session_id: FromPath[UUID],
    data: JSONBody[NewReview],
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    evaluation: NamedDependency[Evaluation],
) -> Review:
    """Put a named person's view beside the draft."""

    async def act(work: Work) -> Review:
        await sessions.visible(work, session_id, request.user)
        return await evaluation.submit_review(
            work,
            request.user.user_id,
            session_id,
            levels=data.levels,
            note=data.note,
            decision=data.decision,
        )

    return await database.run(act)


@post(
    "/api/sessions/{session_id:uuid}/evaluations",
    guards=[requires_person, requires_reviewer],
    status_code=202,
)
async def evaluate_again(
    request: UserRequest,
    session_id: FromPath[UUID],
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    evaluation: NamedDependency[Evaluation],
) -> None:
    """Have it evaluated anew, within the budgets; 429 while an evaluation is under way."""

    async def act(work: Work) -> None:
        await sessions.visible(work, session_id, request.user)
        await evaluation.evaluate_again(work, session_id)

    await database.run(act)


HANDLERS: tuple[ControllerRouterHandler, ...] = (read_results, submit_review, evaluate_again)
