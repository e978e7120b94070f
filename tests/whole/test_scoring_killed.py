"""F21: a server that is killed outright in the middle of scoring; the next one finishes the work.

The suite kills twice, with four interviews in different stages each time; `TEST_KILLS=20` kills more often.
The moments are drawn from a seed, `TEST_KILLS_SEED`. A job that was killed five times is held for a person,
who says "try again" once the killing is over.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from uuid import UUID

from sqlalchemy import text
from tests.evaluation.interviews import interview
from tests.support.anthropic_server import AnthropicServer, user_text
from tests.support.candidate import eventually
from tests.support.process import process_of
from tests.support.server import settings_for

from viva.evaluation import Evaluation
from viva.platform.clock import SystemClock
from viva.platform.job_store import held_jobs, release_held
from viva.sessions import Sessions

KILLS = int(os.environ.get("TEST_KILLS", "2"))
SEED = int(os.environ.get("TEST_KILLS_SEED", "2026"))
DRAFTS = 3
SPOKEN = (
    "I looked at the logs of number {n} first and found that the cache was never filled.",
    "I told the team about number {n} early, and I stayed until it was fixed for good.",
)
CALLS_OF_ONE = len(SPOKEN) + DRAFTS


class MomentousServer(AnthropicServer):
    """Counts arrivals and answers alike; at one of them it tells, and an arrival then waits for the end."""

    def __init__(self):
        super().__init__()
        self.reached = asyncio.Event()
        self._left = 0
        self._random = random.Random(SEED)  # noqa: S311 (moments, not secrets)

    async def _answer(self, path, headers, body, writer):
        if self._is_the_moment():
            self.requests.append(json.loads(body))
            await asyncio.Event().wait()  # the server is killed before it is answered
        goes_on = await super()._answer(path, headers, body, writer)
        self._is_the_moment()
        return goes_on

    def _is_the_moment(self):
        self._left -= 1
        if self._left == 0:
            self.reached.set()
        return self._left == 0

    def choose_a_moment(self, within):
        self._left = self._random.randint(1, within)
        self.reached.clear()

    def never(self):
        self._left = 0


async def scalar(database, statement):
    async with database.uow() as work:
        return await work.db.scalar(text(statement))


async def queued_interviews(database, count):
    """As many finished interviews, everything about them still to be scored."""
    clock, evaluation, talks = SystemClock(), Evaluation(Sessions(), SystemClock()), []
    for number in range(count):
        talk = await interview(database, clock, spoken=[one.format(n=number) for one in SPOKEN])
        async with database.uow() as work:
            for question_id in talk.question_ids:
                await evaluation.queue_answer(work, talk.session_id, question_id)
            await evaluation.queue_scorecard(work, talk.session_id)
        talks.append(talk)
    return talks


async def leases_run_out(database):
    """What a quarter of a minute does; nobody renews them any more."""
    async with database.uow() as work:
        await work.db.execute(text("update jobs set lease_until = now(), due_at = now()"))


async def try_held_jobs_again(database):
    """As a person does on the system's page."""
    for job in await held_jobs(database):
        await release_held(database, UUID(job.id))


async def test_F21_scoring_that_is_killed_is_finished_once_and_paid_at_most_once_more(
    database_url, database, tmp_path
):
    talks = await queued_interviews(database, 2 * KILLS)
    async with MomentousServer() as vendor:
        settings = settings_for(
            database_url,
            tmp_path,
            anthropic_api_key="k",
            anthropic_base_url=vendor.url,
            scoring_drafts=DRAFTS,
        )
        for _ in range(KILLS):
            # Less than what is left in any case, so that the moment comes.
            vendor.choose_a_moment(within=2 * CALLS_OF_ONE)
            async with process_of(settings, tmp_path / "log") as process:
                async with asyncio.timeout(120):
                    await vendor.reached.wait()
                await process.end(signal.SIGKILL)
            await leases_run_out(database)
        vendor.never()
        async with process_of(settings, tmp_path / "log"):

            async def nothing_left():
                await try_held_jobs_again(database)
                return await scalar(database, "select count(*) from jobs") == 0

            await eventually(nothing_left, timeout_s=120)
    await assert_finished_once(database, len(talks))
    assert_paid_at_most_once_more(vendor)


async def assert_finished_once(database, talks):
    """One end for every answer and every whole, three drafts for each whole, nothing held or half done."""
    settled = "select count(*) from evaluations where outcome = 'settled'"
    assert await scalar(database, settled) == talks * (len(SPOKEN) + 1)
    assert await scalar(database, "select count(*) from scorecards where status = 'ready'") == talks
    assert (
        await scalar(database, "select count(*) from evaluations where outcome = 'drafted'") == talks * DRAFTS
    )
    paid = "select count(*) from evaluations where raw_answer is not null"
    assert await scalar(database, paid) == talks * CALLS_OF_ONE


def assert_paid_at_most_once_more(vendor):
    """However often it was killed, a call that had been written down was never made again."""
    calls = Counter((user_text(body), body["system"][1]["text"]) for body in vendor.requests)
    for (_, task), often in calls.items():
        wanted = DRAFTS if "whole interview" in task else 1
        assert often <= wanted * (1 + KILLS)
    unwritten = sum(calls.values()) - len(calls) // 3 * CALLS_OF_ONE
    assert unwritten <= KILLS * 4 * DRAFTS, "at each kill at most what four workers had under way"
    sys.stdout.write(f"\nF21: {KILLS} kills, {calls.total()} calls, {unwritten} of them made once more\n")
