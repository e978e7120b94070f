"""The live channel under floods, rubbish, spoofs and slow readers: it refuses, and the interview goes on."""

import asyncio
import json
import resource
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from tests.room.rubbish import RUBBISH
from tests.support.candidate import Candidate, eventually
from tests.support.server import Served
from websockets.asyncio.client import connect

from viva.room import messages as wire
from viva.room.channel import BURST
from viva.room.live import LiveInterview
from viva.room.screen import CLOSE_SLOW, QUEUE_BYTES, QUEUE_MESSAGES, Screen
from viva.sessions import NewUtterance

MESSAGES, AT_ONCE, MESSAGE_BYTES = 1_500, 50, 8_000
"""Far more than a socket's buffers and a screen's queue hold."""

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_S26_the_channel_stays_open_after_each_bad_message_and_nothing_changes(served: Served) -> None:
    candidate = await served.new_candidate()
    async with candidate.channel() as channel:
        before = channel.messages[0]
        for frame in [*RUBBISH[:20], b"\x00binary"]:
            await channel.socket.send(frame)
            assert await channel.error() == "bad_message"
        await channel.send("ping")
        assert await channel.until(lambda message: message["type"] == "pong")
    async with candidate.channel() as channel:
        after = channel.messages[0]
    assert {k: after[k] for k in ("status", "question_id", "answering", "seq")} == {
        k: before[k] for k in ("status", "question_id", "answering", "seq")
    }


async def test_S26_a_flood_is_closed_with_1008_and_the_interview_is_still_there(served: Served) -> None:
    candidate = await served.new_candidate()
    async with candidate.channel() as channel:
        for _ in range(BURST * 4):
            await channel.socket.send('{"type":"ping"}')
        assert await channel.closed() == 1008
    async with candidate.channel() as again:
        assert again.messages[0]["type"] == "state"


@pytest.mark.parametrize("count", [10, 3 * QUEUE_MESSAGES])
async def test_F15_a_page_that_is_loaded_anew_gets_every_final_of_a_long_interview(
    served: Served, count: int
) -> None:
    candidate = await served.new_candidate()
    question_id, session_id = UUID((await candidate.questions())[0]), UUID(candidate.session_id)
    database, sessions = await served.part("database"), await served.part("sessions")
    async with database.uow() as work:
        for number in range(count):
            said = NewUtterance(
                question_id=question_id, text="said", start_ms=number, end_ms=number, source="deepgram"
            )
            await sessions.add_utterance(work, session_id, said)
    async with candidate.channel() as channel:
        await channel.send("resume", after_seq=0)
        await channel.until(lambda message: message["type"] == "stt_result" and message["seq"] == count)
        assert [final["seq"] for final in channel.finals] == list(range(1, count + 1))
        await channel.send("ping")
        assert await channel.until(lambda message: message["type"] == "pong")


async def test_S17_a_frame_that_is_too_large_closes_the_channel_with_1009(served: Served) -> None:
    candidate = await served.new_candidate(consent=False)
    for size in (70_000, 300_000):
        async with candidate.channel() as channel:
            await channel.socket.send(json.dumps({"type": "client_event", "name": "x" * size}))
            assert await channel.closed() == 1009
    async with candidate.channel() as channel:
        await channel.socket.send(
            json.dumps({"type": "client_event", "name": "말" * 30_000}, ensure_ascii=False)
        )
        assert await channel.closed() == 1009, "bytes count, not characters"


async def test_S17_twenty_uploads_at_once_that_are_too_large_are_refused(served: Served) -> None:
    bearer = await served.admin_bearer()
    body = b'{"user_name":"' + b"x" * 2_000_000 + b'"}'
    headers = bearer | {"Content-Type": "application/json"}
    sent = [served.http.post("/api/sessions", content=body, headers=headers) for _ in range(20)]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {413}


async def test_S38_who_acts_is_known_from_the_connection(served: Served) -> None:
    mine, theirs = await served.new_candidate(), await served.new_candidate()
    stolen = (await theirs.questions())[0]
    async with mine.channel() as channel:
        await channel.send("start_answer", question_id=stolen)
        assert await channel.error() == "wrong_question"
    body = {"question_id": (await mine.questions())[0], "text": "x", "session_id": theirs.session_id}
    assert (await mine.post("/answers", body)).status_code == 422
    assert await theirs.utterances() == []


async def test_S36_steps_come_in_their_order_only(served: Served) -> None:
    candidate = await served.new_candidate(consent=False)
    first, second, *_ = await candidate.questions()
    async with candidate.channel() as channel:
        assert channel.messages[0]["phase"] == "consent"
        await channel.send("start_answer", question_id=first)
        assert await channel.error() == "consent_required"
        await channel.send("next")
        assert await channel.error() == "consent_required"
        offer = await candidate.post("/offer", {"sdp": "v=0", "type": "offer"})
        assert (offer.status_code, offer.json()["code"]) == (409, "consent_required")
        assert (await candidate.type_answer(first)).status_code == 409
        await candidate.consent()
        await channel.state(phase="ready")
        await channel.send("finish_answer")
        assert await channel.error() == "not_answering"
        await channel.send("start_answer", question_id=second)
        assert await channel.error() == "wrong_question"
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        for _ in range(3):
            await channel.send("need_time")
            await channel.state()
        await channel.send("need_time")
        assert await channel.error() == "no_more_time"
    await _finish_in_writing(candidate)
    async with candidate.channel() as channel:
        assert channel.messages[0]["status"] == "completed"
        await channel.send("start_answer", question_id=first)
        assert await channel.error() == "session_closed"
    assert (await candidate.type_answer(first)).status_code == 409


async def _finish_in_writing(candidate: Candidate) -> None:
    for question_id in await candidate.questions():
        (await candidate.type_answer(question_id)).raise_for_status()


async def test_S36_any_order_of_messages_keeps_the_order_of_questions(served: Served) -> None:
    """A hundred seeded steps: the current question only ever goes on, by one."""
    candidate = await served.new_candidate()
    order = {question_id: index for index, question_id in enumerate(await candidate.questions())}
    steps = ["start_answer", "next", "finish_answer", "need_time", "repeat", "ping", "resume", "correct"] * 12
    async with candidate.channel() as channel:
        reader = asyncio.create_task(channel.closed())
        for number, kind in enumerate(steps):
            fields = {"question_id": list(order)[number % len(order)]} if kind == "start_answer" else {}
            fields |= {"seq": number, "text": "x"} if kind == "correct" else {}
            await channel.send(kind, **fields)
            await asyncio.sleep(0.055)  # the pace that the channel allows, not a wait for anything
        await channel.socket.close()
        await reader
    seen = [m["question_id"] for m in channel.messages if m["type"] == "state" and m["question_id"]]
    places = [order[question_id] for question_id in seen]
    assert all(0 <= after - before <= 1 for before, after in pairwise(places))
    assert {m["code"] for m in channel.messages if m["type"] == "error"}.isdisjoint({"internal_error"})


async def test_S37_fifty_typed_answers_at_once_are_one(served: Served) -> None:
    candidate = await served.new_candidate()
    first = (await candidate.questions())[0]
    answers = await asyncio.gather(*(candidate.type_answer(first, f"try {n}") for n in range(50)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 503}
    assert len(await candidate.utterances()) == 1


async def test_S37_fifty_steps_that_name_their_question_are_one_step(served: Served) -> None:
    candidate = await served.new_candidate()
    first, second, *_ = await candidate.questions()
    async with candidate.channel() as channel:
        for _ in range(BURST - 5):
            await channel.send("next", question_id=first)
        await channel.state(question_id=second)
        codes = [await channel.error() for _ in range(BURST - 6)]
        assert set(codes) == {"wrong_question"}
    async with candidate.channel() as channel:
        assert channel.messages[0]["question_id"] == second


async def test_S37_fifty_consents_at_once_leave_one_decision(served: Served) -> None:
    candidate = await served.new_candidate(consent=False)
    version = (await served.http.get("/api/notice")).json()["notice_version"]
    body = {"notice_version": version, "recording": True, "ai_evaluation": True}
    answers = await asyncio.gather(*(candidate.post("/consent", body) for _ in range(50)))
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert (await candidate.get()).json()["status"] == "consented"


async def test_S37_F22_fifty_requests_with_one_idempotency_key_make_one_session(served: Served) -> None:
    bearer = await served.admin_bearer() | {"Idempotency-Key": "the same click"}
    asked = {"user_name": "Once Only", "position": "Designer", "language": "en"}
    answers = await asyncio.gather(
        *(served.http.post("/api/sessions", json=asked, headers=bearer) for _ in range(50))
    )
    made = [answer for answer in answers if answer.status_code == 201]
    assert made
    assert {answer.status_code for answer in answers} <= {201, 503}
    again = await served.http.post("/api/sessions", json=asked, headers=bearer)
    assert {answer.text for answer in made} == {again.text}, "the same body, the secrets included"
    found = await served.http.get("/api/sessions?q=Once%20Only", headers=await served.admin_bearer())
    assert len(found.json()["items"]) == 1
    other = await served.http.post("/api/sessions", json=asked | {"position": "Nurse"}, headers=bearer)
    assert other.status_code == 422


async def test_F19_a_screen_that_does_not_read_is_closed_and_the_others_go_on(served: Served) -> None:
    """The stalled reader takes nothing from its socket, so the server's writes back up behind it.

    The other screen gets every message, in order, while the stalled one holds no more than its queue may; how
    long messages took and what the process grew by is printed, not judged.
    """
    candidate, took_ms = await served.new_candidate(), list[float]()
    async with candidate.channel() as channel, _stalled(served, candidate) as stalled:
        live = await _live_of(served, candidate)
        before_mb, held = _memory_mb(), [0]
        for first in range(0, MESSAGES, AT_ONCE):
            for number in range(first, first + AT_ONCE):
                noise = secrets.token_hex(MESSAGE_BYTES // 2)  # which no compression makes small
                live.stage.show(wire.Notice(code=f"notice {number}", message=noise))
                held.append(sum(len(frame.text) for frame in stalled._waiting))
            shown_s = time.monotonic()
            for _ in range(AT_ONCE):
                seen = await channel.until(lambda message: message["type"] == "notice")
                del seen["message"]  # what this end keeps is not to be measured
                took_ms.append((time.monotonic() - shown_s) * 1000)
        await eventually(lambda: _count(live, 1))
        assert stalled._close_code == CLOSE_SLOW
        assert not stalled._waiting, "nothing is kept for who is gone"
        assert QUEUE_BYTES - 2 * MESSAGE_BYTES < max(held) <= QUEUE_BYTES
        grown_mb = _memory_mb() - before_mb
        p99_ms = sorted(took_ms)[int(0.99 * len(took_ms))]
        print(f"F19: {MESSAGES} messages, the other screen's p99 {p99_ms:.1f} ms, {grown_mb:+.1f} MB")  # noqa: T201
        got = [message["code"] for message in channel.messages if message["type"] == "notice"]
        assert got == [f"notice {number}" for number in range(MESSAGES)]
        await channel.send("ping")
        assert await channel.until(lambda message: message["type"] == "pong")


@asynccontextmanager
async def _stalled(served: Served, candidate: Candidate) -> AsyncIterator[Screen]:
    """A reviewer's screen that stopped reading."""
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.connect(("127.0.0.1", urlsplit(served.url).port))
    stuck.setblocking(False)
    live, admin = await _live_of(served, candidate), await served.admin_bearer()
    slow = connect(candidate.live_url, additional_headers=admin, sock=stuck, max_queue=1, proxy=None)
    async with slow as socket_of_slow:
        socket_of_slow.transport.pause_reading()
        await eventually(lambda: _count(live, 2))
        yield next(screen for screen in live.stage._screens if not screen.may_act)
        socket_of_slow.transport.abort()


def _memory_mb() -> float:
    """What this process holds: the server's and the test's own."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def _live_of(served: Served, candidate: Candidate) -> LiveInterview:
    hub = await served.part("hub")
    live: LiveInterview = hub._live[UUID(candidate.session_id)]
    return live


async def _count(live: LiveInterview, wanted: int) -> bool:
    return len(live.stage._screens) == wanted
