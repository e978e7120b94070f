"""A step that is held up until a test lets it go on."""

import asyncio
from typing import Any

import pytest


class Held:
    """In the place of a coroutine method: `reached` when it is called, and done after `go_on`.

    `after`: what it does is done at once, and only its answer is held up.
    """

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, name: str, *, after: bool = False) -> None:
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()
        act = getattr(owner, name)

        async def held(*given: Any) -> Any:
            done = await act(*given) if after else None
            self.reached.set()
            await self.go_on.wait()
            return done if after else await act(*given)

        patch.setattr(owner, name, held)
