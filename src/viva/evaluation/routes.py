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
from viva.evaluation.errors import DecisionNeedsAPerson
from viva.evaluation.model import Decision, Level, Review
from viva.evaluation.reviewing import Reviewing
from viva.evaluation.service import Evaluation
from viva.evaluation.veiling import veiled
from viva.evaluation.views import CandidateResults, StaffResults, for_candidate, for_staff
from viva.platform.database import Database, Work
from viva.platform.errors import Forbidden
from viva.sessions import Sessions

PrincipalRequest = Request[Principal, str | None, Any]
UserRequest = Request[UserPrincipal, str | None, Any]


class NewReview(msgspec.Struct, forbid_unknown_fields=True):
    """A person's own level for every criterion (null: not scored), a note and, when they are ready, a
    decision; and the reason, where they have seen the draft and depart from it or from their first view.
    """

    levels: dict[str, Level | None]
    note: str = ""
    decision: Decision | None = None
    override_reason: str = ""


@get("/api/sessions/{session_id:uuid}/results", guards=[requires_candidate_or_user])
async def read_results(
    request: PrincipalRequest,
    session_id: FromPath[UUID],
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    evaluation: NamedDependency[Evaluation],
    reviewing: NamedDependency[Reviewing],
) -> StaffResults | CandidateResults:
    """What there is: for staff with the draft as far as they may see it (C07), for the candidate their status
    and own answers.
    """

    async def act(work: Work) -> StaffResults | CandidateResults:
        session = await sessions.visible(work, session_id, request.user, candidate_ok=True)
        results = await evaluation.results(work, session_id)
        if isinstance(request.user, CandidatePrincipal):
            return for_candidate(results)
        results = await reviewing.shown_to(work, session_id, results, request.user, on_page=False)
        return for_staff(veiled(results, await sessions.veil(work, session, request.user)))

    return await database.run(act)


@post("/api/sessions/{session_id:uuid}/reviews", guards=[requires_reviewer])
async def submit_review(
    request: PrincipalRequest,
    session_id: FromPath[UUID],
    data: JSONBody[NewReview],
    database: NamedDependency[Database],
    sessions: NamedDependency[Sessions],
    reviewing: NamedDependency[Reviewing],
) -> Review:
    """Put a named person's view beside the draft. A program's is refused: 409 if it decides, else 403."""
    person = request.user
    if not isinstance(person, UserPrincipal):
        raise DecisionNeedsAPerson if data.decision else Forbidden

    async def act(work: Work) -> Review:
        await sessions.visible(work, session_id, person)
        return await reviewing.submit(
            work,
            person.user_id,
            session_id,
            levels=data.levels,
            note=data.note,
            decision=data.decision,
            override_reason=data.override_reason,
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
