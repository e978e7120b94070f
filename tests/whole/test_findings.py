"""The quality report on the system before this one: what it named, true here."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog
from tests.support.candidate import Candidate, eventually
from tests.support.deepgram_ears import Script
from tests.support.deepgram_server import DeepgramServer
from tests.support.opus import packets_of, sample
from tests.support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Served
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from viva.platform.logging import configure
from viva.platform.settings import Settings, SettingsError, check

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKETS = [packet.data for packet in packets_of(sample("ownership"))]
OWN = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Accept-Language": "en"}


async def test_finding_1_the_start_form_works_without_any_script_names_what_is_empty_and_keeps_the_rest(
    served: Served,
) -> None:
    form = {"user_name": "", "position": "Night nurse", "language": "en", "form_id": "f1"}
    empty = await served.http.post("/", data=form, headers=OWN)
    assert empty.status_code == 422
    assert "Night nurse" in empty.text
    assert "Please enter your name" in empty.text
    started = await served.http.post("/", data=form | {"user_name": "Kim Minji"}, headers=OWN)
    assert started.status_code == 303
    assert started.headers["Location"].endswith("/consent")


async def test_finding_1_a_double_click_on_start_begins_one_interview(served: Served) -> None:
    form = {"user_name": "Double Click", "position": "Nurse", "language": "en", "form_id": "the same form"}
    first = await served.http.post("/", data=form, headers=OWN)
    second = await served.http.post("/", data=form, headers=OWN)
    assert first.headers["Location"] == second.headers["Location"]


async def test_finding_2_a_session_is_not_made_without_a_token_and_the_401_is_in_words(
    served: Served,
) -> None:
    asked = {"user_name": "A", "position": "B"}
    refused = await served.http.post("/api/sessions", json=asked)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert refused.json()["message"]
    taken = await served.http.post("/api/sessions", json=asked, headers=await served.admin_bearer())
    assert taken.status_code == 201


async def test_finding_4_no_origin_is_reflected_and_a_wildcard_does_not_boot(served: Served) -> None:
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        answer = await served.http.options(
            "/api/sessions", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers
    with pytest.raises(SettingsError):
        check(Settings(allowed_origins=("*",)))


async def test_finding_5_health_and_readiness_are_told_apart_and_counted(served: Served) -> None:
    assert (await served.http.get("/healthz")).status_code == 200
    assert (await served.http.get("/readyz")).status_code == 200
    metrics = await served.http.get("/metrics")
    assert metrics.status_code == 200
    assert "# TYPE" in metrics.text


async def test_finding_6_a_failed_media_setup_names_its_cause_and_loses_nothing(served: Served) -> None:
    candidate = await served.new_candidate()
    refused = await candidate.post("/offer", {"sdp": "v=0\r\nnonsense", "type": "offer"})
    assert refused.status_code == 400
    assert refused.json()["message"]
    assert (await candidate.get()).json()["started_at"] is None, "a refused offer starts no clock"
    async with candidate.channel() as channel:
        assert channel.messages[0]["media"] == {"connected": False, "muted": False}
        async with candidate.microphone():
            await channel.state(media={"connected": True, "muted": False})
        await channel.state(media={"connected": False, "muted": False})
    first = (await candidate.questions())[0]
    assert (await candidate.type_answer(first)).status_code == 200, "typing is always there"


async def test_finding_6_media_set_up_twice_is_one_connection_and_leaving_tears_it_down(
    served: Served,
) -> None:
    candidate = await served.new_candidate()
    hub = await served.part("hub")
    async with candidate.channel() as channel, candidate.microphone(), candidate.microphone():
        await channel.state(media={"connected": True, "muted": False})
        assert channel.messages[-1]["media"] == {"connected": True, "muted": False}
    await eventually(lambda: _nothing_left(hub, candidate))


async def _nothing_left(hub: object, candidate: Candidate) -> bool:
    return all(str(key) != candidate.session_id for key in hub._live)  # type: ignore[attr-defined]


async def test_finding_of_its_code_offer_and_channel_are_closed_to_strangers(served: Served) -> None:
    candidate = await served.new_candidate()
    offer = await served.http.post(f"{candidate.path}/offer", json={"sdp": "v=0", "type": "offer"})
    assert offer.status_code == 401
    with pytest.raises(InvalidStatus) as refused:
        async with connect(candidate.live_url, proxy=None):
            pass
    assert refused.value.response.status_code in {401, 403}


async def test_finding_of_its_code_no_score_is_made_up_where_nobody_judged(served: Served) -> None:
    """Without a model's key: quotes with their place, no level and no number; `pending` until it is done."""
    candidate = await served.new_candidate()
    said = "I led the migration of our payment service and measured the error rate before and after it."
    for question_id in await candidate.questions():
        (await candidate.type_answer(question_id, said)).raise_for_status()

    async def settled() -> dict[str, object] | None:
        bearer = await served.admin_bearer()
        found: dict[str, object] = (await served.http.get(f"{candidate.path}/results", headers=bearer)).json()
        return found if found["status"] != "pending" else None

    results = await eventually(settled, timeout_s=60)
    assert results["status"] in {"ready", "needs_human"}
    levels = [value for key, value in _pairs(results) if key in {"level", "score"}]
    assert all(value is None for value in levels)
    quotes = [str(value) for key, value in _pairs(results) if key == "quote"]
    assert quotes
    assert all(quote in said for quote in quotes)


def _pairs(thing: object) -> Iterator[tuple[str, object]]:
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield key, value
            yield from _pairs(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _pairs(value)


@pytest.fixture
def production_log(tmp_path: Path) -> Iterator[StringIO]:
    """Everything that is logged, as production writes it."""
    root, stream = logging.getLogger(), StringIO()
    before, level, configuration = root.handlers[:], root.level, structlog.get_config()
    production = Settings(
        env="production", public_url="https://jobs.example.com", secret_key="k" * 64, log_level="debug"
    )
    configure(production, stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**configuration)


async def test_S39_no_name_address_word_or_token_of_the_whole_way_is_in_the_log(
    served: Served, vendor: DeepgramServer, production_log: StringIO
) -> None:
    spoken, typed = "Zanzibar Quixote Marmalade", "Xylophone Tangerine"
    person = {"user_name": "Wilhelmina Canary", "email": "wilhelmina@canary.example"}
    vendor.script = Script(spoken.split())
    made = await served.new_session(**person)
    candidate = Candidate(served.url, served.http, made["id"], made["candidate_token"])
    await candidate.consent()
    first, *others = await candidate.questions()
    await served.http.get(made["join_url"].removeprefix(served.url))
    wrong = {"username": "nobody@canary.example", "password": "Hunter2 Canary"}
    await served.http.post("/api/token", data=wrong)
    await served.http.post("/api/token", data={"username": ADMIN_EMAIL, "password": ADMIN_PASSWORD})
    async with candidate.channel() as channel, candidate.microphone() as peer:
        await channel.send("start_answer", question_id=first)
        await channel.state(answering=True)
        await peer.play(PACKETS[:100])
        await channel.socket.send(json.dumps({"type": "correct", "seq": 1, "text": typed, "extra": typed}))
        await channel.send("finish_answer")
        await channel.state(answering=False)
        for question_id in others:
            await candidate.type_answer(question_id, typed)
    await candidate.get("/transcript")
    assert await candidate.utterances()
    lines = production_log.getvalue().splitlines()
    assert len(lines) > 10
    records = [json.loads(line) for line in lines]
    assert all({"event", "level", "timestamp"} <= record.keys() for record in records)
    link = made["join_url"].rsplit("/", 1)[1]
    canaries = ["Wilhelmina", "canary.example", "Hunter2", *spoken.split(), *typed.split()]
    canaries += [link, made["candidate_token"], ADMIN_PASSWORD, ADMIN_EMAIL]
    text = production_log.getvalue()
    assert [canary for canary in canaries if canary in text] == []
