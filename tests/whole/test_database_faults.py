"""F10 and F12: what happens between us and PostgreSQL, with the fault proxy in between."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.candidate import eventually
from tests.support.deepgram_ears import ToneEars
from tests.support.deepgram_server import DeepgramServer
from tests.support.fault_proxy import FaultProxy, Weather
from tests.support.opus import encode, tones
from tests.support.server import Served, serving, settings_for

from viva.platform.errors import Unavailable
from viva.sessions import NewUtterance

pytestmark = pytest.mark.asyncio(loop_scope="session")

RESETS = 20
SESSIONS = 8


@asynccontextmanager
async def _behind_proxy(database_url: str) -> AsyncIterator[tuple[FaultProxy, str]]:
    """The database's Unix socket behind a port that can fail."""
    url = make_url(database_url)
    async with FaultProxy(f"{url.query['host']}/.s.PGSQL.5432") as proxy:
        host, port = proxy.address
        there = url.set(host=host, port=port, query={})
        yield proxy, there.render_as_string(hide_password=False)


async def test_F10_a_database_that_is_away_stops_neither_sound_nor_captions_and_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        _behind_proxy(database_url) as (proxy, url),
        DeepgramServer(ears=ToneEars, words_per_final=3, keep_sound=False) as vendor,
    ):
        settings = settings_for(
            url, tmp_path, stt="deepgram", deepgram_api_key=vendor.key, deepgram_url=vendor.url
        )
        async with serving(settings) as served:
            candidate = await served.new_candidate()
            first = (await candidate.questions())[0]
            async with candidate.channel() as channel, candidate.microphone() as peer:
                await channel.send("start_answer", question_id=first)
                await channel.state(answering=True)
                await peer.play(packet.data for packet in encode(tones([1, 2, 3])))
                await channel.until(lambda m: m["type"] == "stt_result" and m["is_final"])
                async with proxy.down():
                    assert (await served.http.get("/healthz")).status_code == 200
                    unready = await served.http.get("/readyz")
                    assert unready.status_code == 503
                    assert unready.headers["Retry-After"]
                    await peer.play(packet.data for packet in encode(tones([4, 5, 6, 7])))
                    await channel.until(lambda m: m["type"] == "stt_result" and not m["is_final"])
                    assert len(channel.finals) == 1, "nothing is shown that is not stored"
                    back_s = time.monotonic()
                await channel.until(lambda m: m["type"] == "stt_result" and m["is_final"])
                sys.stdout.write(
                    f"\nF10: stored {time.monotonic() - back_s:.1f} s after the database was back\n"
                )
                await channel.send("finish_answer")
                await channel.state(answering=False)
            assert (await served.http.get("/readyz")).status_code == 200
            said = await candidate.utterances()
            assert [word for u in said for word in u["text"].split()] == [str(n) for n in range(1, 8)]
            assert [u["seq"] for u in said] == list(range(1, len(said) + 1))


async def test_F10_finals_that_are_asked_for_while_the_database_is_away_come_when_it_is_back(
    database_url: str, tmp_path: Path
) -> None:
    async with _behind_proxy(database_url) as (proxy, url), serving(settings_for(url, tmp_path)) as served:
        candidate = await served.new_candidate()
        question_id = UUID((await candidate.questions())[0])
        sessions = await served.part("sessions")
        said = NewUtterance(question_id=question_id, text="said", start_ms=1, end_ms=2, source="deepgram")
        async with (await served.part("database")).uow() as work:
            await sessions.add_utterance(work, UUID(candidate.session_id), said)
        async with candidate.channel() as channel:
            async with proxy.down():
                await channel.send("resume", after_seq=0)
                assert await channel.error() == "unavailable"
                await channel.send("repeat")  # nothing else that the page says waits for them
                await channel.until(lambda m: m["type"] == "question")
                await channel.send("start_answer", question_id=str(question_id))
                assert await channel.error() == "unavailable"
            await channel.until(lambda m: m["type"] == "stt_result" and m["seq"] == 1)


async def _made(served: Served, number: int, bearer: dict[str, str]) -> str:
    """A session, asked for until it is there: a client that repeats what failed under the same key."""
    asked = {"user_name": f"Reset {number}", "position": "Designer", "language": "en"}
    headers = bearer | {"Idempotency-Key": f"reset {number}"}

    async def made() -> httpx.Response | None:
        answer = await served.http.post("/api/sessions", json=asked, headers=headers)
        assert answer.status_code in {201, 503}, answer.text
        assert answer.status_code == 201 or answer.headers["Retry-After"]
        return answer if answer.status_code == 201 else None

    answer = await eventually(made, timeout_s=60)
    return str(answer.json()["id"])


async def test_F10_F22_connections_reset_in_the_middle_of_transactions_double_and_lose_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with _behind_proxy(database_url) as (proxy, url), serving(settings_for(url, tmp_path)) as served:
        bearer = await served.admin_bearer()
        making = [asyncio.create_task(_made(served, number, bearer)) for number in range(SESSIONS)]
        resets = 0
        while resets < RESETS:
            await asyncio.sleep(0.01)  # the pace of the faults
            resets += proxy.reset_peer() > 0
        first = await asyncio.gather(*making)
        again = [await _made(served, number, bearer) for number in range(SESSIONS)]
        assert first == again, "the same key gives the same session after every fault"
        found = await served.http.get("/api/sessions?q=Reset", headers=bearer)
        assert sorted(item["id"] for item in found.json()["items"]) == sorted(first)


async def _lag_ms(done: asyncio.Event) -> float:
    """The longest that the loop kept somebody waiting who wanted to go on at once."""
    worst, loop = 0.0, asyncio.get_running_loop()
    while not done.is_set():
        before = loop.time()
        await asyncio.sleep(0.005)
        worst = max(worst, (loop.time() - before) * 1000 - 5)
    return worst


async def _hold_all(stack: AsyncExitStack, database: Any) -> None:
    """Take connections until there is none left."""
    while True:
        try:
            work = await stack.enter_async_context(database.uow())
            await work.db.execute(text("select 1"))
        except Unavailable:
            return


async def test_F12_a_starved_pool_is_answered_with_503_and_hurts_no_live_channel(
    database_url: str, tmp_path: Path
) -> None:
    async with serving(settings_for(database_url, tmp_path)) as served:
        candidate = await served.new_candidate()
        bearer, done = await served.admin_bearer(), asyncio.Event()
        async with candidate.channel() as channel:
            probe = asyncio.create_task(_lag_ms(done))
            async with AsyncExitStack() as stack:
                await _hold_all(stack, await served.part("database"))
                began_s = time.monotonic()
                asked = asyncio.create_task(served.http.get("/api/sessions", headers=bearer))
                await channel.send("ping")
                await channel.until(lambda message: message["type"] == "pong")
                assert not asked.done(), "it waits for a connection while the channel goes on"
                assert (await served.http.get("/healthz")).status_code == 200
                answer = await asked
                waited_s = time.monotonic() - began_s
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
                assert answer.headers["Retry-After"]
            done.set()
            sys.stdout.write(
                f"\nF12: refused after {waited_s:.1f} s, loop lag at most {await probe:.0f} ms\n"
            )
            assert (await served.http.get("/api/sessions", headers=bearer)).status_code == 200


HELD_AT_COMMIT = (
    (
        "create function wait_at_commit() returns trigger language plpgsql as"
        " $$ begin perform pg_advisory_xact_lock(42); return null; end $$"
    ),
    (
        "create constraint trigger waiting after update on answers deferrable initially deferred"
        " for each row when (new.status = 'finished') execute function wait_at_commit()"
    ),
)


async def test_F10_a_step_that_was_committed_unheard_is_shown_as_soon_as_the_database_is_back(
    database_url: str, tmp_path: Path
) -> None:
    """The connection is lost between the commit and its reply: the page is told an error, then the state."""
    direct = create_async_engine(database_url)
    async with _behind_proxy(database_url) as (proxy, url), serving(settings_for(url, tmp_path)) as served:
        candidate = await served.new_candidate()
        first, second = (await candidate.questions())[:2]

        async def told(query: str) -> bool:
            async with direct.begin() as connection:
                return bool(await connection.scalar(text(query)))

        async with direct.begin() as connection:
            for statement in HELD_AT_COMMIT:
                await connection.execute(text(statement))
        async with candidate.channel() as channel:
            await channel.send("start_answer", question_id=first)
            await channel.state(answering=True)
            async with direct.begin() as holder:
                await holder.execute(text("select pg_advisory_xact_lock(42)"))
                await channel.send("finish_answer", question_id=first)
                waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
                await eventually(lambda: told(waits))
                proxy.to_client = Weather(timeout=True)
            await eventually(lambda: told("select count(*) from answers where status = 'finished'"))
            proxy.reset_peer()
            proxy.to_client = Weather()
            assert await channel.error() == "unavailable"
            await channel.state(answering=False, question_id=second)
            await channel.send("finish_answer", question_id=first)
            assert await channel.error() == "wrong_question"
    await direct.dispose()
