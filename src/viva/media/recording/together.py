"""Calls of many recorders, made by one thread in one go: to wake a thread costs more than a write does."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

import msgspec

Result = TypeVar("Result")

GATHER_S = 0.1
"""So long a call waits for others. With a cluster's length it is what a killed process loses."""


class _Outcome(msgspec.Struct, frozen=True):
    value: Any = None
    error: Exception | None = None


class Together:
    """Gives blocking calls to the threads of an executor. Every call has its own result or error."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    def call(self, do: Callable[[], Result]) -> asyncio.Future[Result]:
        """Have this done soon, with what else is due by then."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_later(GATHER_S, self.go)
        told: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((do, told))
        return told

    def go(self) -> None:
        """Wait for no others."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            calls = [do for do, _told in waiting]
            job = asyncio.get_running_loop().run_in_executor(self._executor, _all, calls)
            job.add_done_callback(partial(_tell, [told for _do, told in waiting]))


def _all(calls: Sequence[Callable[[], Any]]) -> list[_Outcome]:
    return [_one(call) for call in calls]


def _one(call: Callable[[], Any]) -> _Outcome:
    try:
        return _Outcome(call())
    except Exception as error:  # noqa: BLE001 (whoever called is told; the others' calls are still to be made)
        return _Outcome(error=error)


def _tell(waiting: Sequence[asyncio.Future[Any]], job: asyncio.Future[list[_Outcome]]) -> None:
    for told, outcome in zip(waiting, job.result(), strict=True):
        if told.done():  # whoever waited has gone
            continue
        if outcome.error is None:
            told.set_result(outcome.value)
        else:
            told.set_exception(outcome.error)
