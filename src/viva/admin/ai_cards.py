"""What the system page says of the AI: whether its calls are stopped and by whom, how often people differ."""

from datetime import datetime
from typing import Any

import msgspec

from viva.auth import AuthService
from viva.evaluation import Reviewing
from viva.platform.ai_switch import AiSwitch
from viva.platform.database import Database


class SwitchView(msgspec.Struct, frozen=True):
    """The switch, with the name of whoever turned it last; `forced`: VIVA_AI=off stands above the button."""

    stopped: bool
    forced: bool
    by: str
    at: datetime | None


class AiCards:
    """Reads them for the page."""

    def __init__(
        self, database: Database, switch: AiSwitch, reviewing: Reviewing, accounts: AuthService
    ) -> None:
        self._database = database
        self._switch = switch
        self._reviewing = reviewing
        self._accounts = accounts

    async def shown(self) -> dict[str, Any]:
        """`ai`: a `SwitchView`; `differing`: evaluation's `Differing`, the most founded first."""
        async with self._database.uow() as work:
            state = await self._switch.state(work)
            names = await self._accounts.emails(work, {state.by} if state.by else set())
            differing = await self._reviewing.differing(work)
        by = names.get(state.by, "") if state.by else ""
        return {"ai": SwitchView(state.stopped, state.forced, by, state.at), "differing": differing}
