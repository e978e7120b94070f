"""The button that stops the AI: every call of the language model at once (C07)."""

from typing import Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency

from viva.admin.refusing import refused
from viva.auth import UserPrincipal, requires_admin, requires_person
from viva.platform.ai_switch import AiSwitch
from viva.platform.clock import Clock
from viva.platform.database import Database, Work
from viva.platform.errors import Forbidden
from viva.platform.web import see_other


@post("/admin/system/ai/stop", status_code=200)
async def stop_ai(
    request: Request[UserPrincipal, Any, Any],
    database: NamedDependency[Database],
    ai_switch: NamedDependency[AiSwitch],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Stop all calls of the language model at once, on record (C07)."""
    return await _turned(request, database, ai_switch, clock, stopped=True)


@post("/admin/system/ai/start", status_code=200)
async def start_ai(
    request: Request[UserPrincipal, Any, Any],
    database: NamedDependency[Database],
    ai_switch: NamedDependency[AiSwitch],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """Let calls be made again, on record."""
    return await _turned(request, database, ai_switch, clock, stopped=False)


async def _turned(
    request: Request[UserPrincipal, Any, Any],
    database: Database,
    switch: AiSwitch,
    clock: Clock,
    *,
    stopped: bool,
) -> Response[Any]:
    async def act(work: Work) -> None:
        await switch.turn(work, clock, stopped=stopped, by=request.user.user_id)

    await database.run(act)
    return see_other("/admin/system")


router = Router(
    path="/",
    guards=[requires_person, requires_admin],
    exception_handlers={Forbidden: refused},
    route_handlers=[stop_ai, start_ai],
    include_in_schema=False,
)
