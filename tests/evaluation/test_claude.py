"""The vendor adapter through the real SDK against a server that speaks its protocol."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
from tests.support.anthropic_server import (
    OVERLOADED,
    SPEND_LIMIT,
    AnthropicServer,
    Cuts,
    Fails,
    Raw,
    Says,
    Stalls,
    rate_limited,
)

from viva.evaluation.claude import Claude
from viva.platform.language_model import Ask, ModelAnswerUnusable, ModelRefused, ModelUnavailable

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["fine"],
    "properties": {"fine": {"type": "boolean"}},
}
ASK = Ask(purpose="test", system="Judge.", user='{"answers": []}', schema=SCHEMA, timeout_s=60.0)


@pytest.fixture
async def server():
    async with AnthropicServer(key="sk-test") as running:
        yield running


@pytest.fixture
async def claude(server):
    async with Claude(api_key="sk-test", model="claude-test", base_url=server.url) as model:
        yield model


async def test_a_structured_answer_comes_back_with_its_cost(server, claude):
    server.script.append(Says({"fine": True}, input_tokens=70, output_tokens=9))
    reply = await claude.ask(ASK)
    assert (reply.text, reply.model) == ('{"fine": true}', "claude-test")
    assert (reply.input_tokens, reply.output_tokens, reply.request_id) == (70, 9, "req_0001")


async def test_the_request_has_the_schema_and_the_bearer_and_only_text(server, claude):
    await claude.ask(ASK)
    body, headers = server.requests[0], server.headers[0]
    assert headers["authorization"] == "Bearer sk-test"
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert body["system"][0]["text"] == "Judge."
    assert body["messages"] == [{"role": "user", "content": ASK.user}]
    assert not {"temperature", "thinking", "tools", "effort"} & set(body)


async def test_a_model_without_structured_output_is_asked_by_a_forced_tool(server, claude):
    server.script += [
        Fails(400, "invalid_request_error", "output_config: not supported"),
        Says({"fine": True}),
    ]
    assert (await claude.ask(ASK)).text == '{"fine":true}'
    assert server.requests[1]["tool_choice"] == {"type": "tool", "name": "answer"}
    await claude.ask(ASK)
    assert "output_config" not in server.requests[2], "it is remembered"


async def test_a_model_that_knows_neither_schema_nor_tool_is_told_apart(server, claude):
    server.script += [
        Fails(400, "invalid_request_error", "output_config: Extra inputs are not permitted"),
        Fails(400, "invalid_request_error", "this model does not support tools"),
    ]
    with pytest.raises(ModelRefused) as caught:
        await claude.ask(ASK)
    assert caught.value.params["reason"] == "no_structured_output"


async def test_an_answer_in_prose_is_repaired_by_a_tool(server, claude):
    server.script.append(Says({"fine": True}))
    await claude.ask(msgspec.structs.replace(ASK, by_tool=True))
    assert server.requests[0]["tool_choice"] == {"type": "tool", "name": "answer"}


async def test_what_repeats_is_marked_for_the_vendors_cache_and_what_came_from_it_is_counted(server, claude):
    server.script.append(Says({"fine": True}, input_tokens=70, output_tokens=9, cached_tokens=500))
    reply = await claude.ask(msgspec.structs.replace(ASK, task="Now this.", user_repeats=True))
    instructions, task = server.requests[0]["system"]
    assert instructions["cache_control"] == {"type": "ephemeral"}
    assert (task["text"], "cache_control" in task) == ("Now this.", False)
    assert server.requests[0]["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert (reply.input_tokens, reply.cache_read_tokens) == (570, 500)


async def test_another_model_is_asked_where_the_question_names_one(server, claude):
    server.script.append(Says({"fine": True}))
    await claude.ask(msgspec.structs.replace(ASK, model="claude-other"))
    assert server.requests[0]["model"] == "claude-other"


async def test_what_was_paid_for_comes_with_the_error(server, claude):
    server.script.append(Says('{"fine": tr', stop_reason="max_tokens", input_tokens=70))
    with pytest.raises(ModelAnswerUnusable) as caught:
        await claude.ask(ASK)
    assert (caught.value.reply.text, caught.value.reply.input_tokens) == ('{"fine": tr', 70)


@pytest.mark.parametrize(
    ("reply", "wait_s"),
    [
        (rate_limited("7"), 7.0),
        (rate_limited("0.5"), 0.5),
        (rate_limited("86400"), 3600.0),
        (rate_limited("soon"), None),
        (rate_limited("nan"), None),
        (rate_limited("-3"), None),
        (Fails(503, "api_error", "busy", {"retry-after-ms": "1500"}), 1.5),
        (OVERLOADED, None),
        (Fails(500), None),
        (Fails(502), None),
        (Fails(408), None),
        (Cuts(mid_body=True), None),
        (Cuts(mid_body=False), None),
    ],
)
async def test_F08_what_passes_is_waited_out_after_one_try_for_as_long_as_was_asked(
    server, claude, reply, wait_s
):
    server.script.append(reply)
    with pytest.raises(ModelUnavailable) as caught:
        await claude.ask(ASK)
    assert caught.value.retry_after_s == (None if wait_s is None else pytest.approx(wait_s, rel=0.1))
    assert len(server.requests) == 1


async def test_F08_a_date_in_retry_after_is_understood(server, claude):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    server.script.append(rate_limited(until))
    with pytest.raises(ModelUnavailable) as caught:
        await claude.ask(ASK)
    assert caught.value.retry_after_s == pytest.approx(40, abs=4)


async def test_F08_a_silent_server_is_given_up_at_the_deadline(server, claude):
    server.script.append(Stalls())
    with pytest.raises(ModelUnavailable):
        await claude.ask(Ask(purpose="t", system="s", user="{}", schema=SCHEMA, timeout_s=0.3))


async def test_F08_a_server_that_is_not_there_is_an_outage():
    async with AnthropicServer() as gone:
        url = gone.url
    async with Claude(api_key="k", model="m", base_url=url) as claude:
        with pytest.raises(ModelUnavailable):
            await claude.ask(ASK)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (SPEND_LIMIT, "spend_limit"),
        (Fails(401, "authentication_error"), "authentication"),
        (Fails(402, "billing_error"), "payment"),
        (Fails(403, "permission_error"), "permission"),
        (Fails(404, "not_found_error"), "unknown_model"),
        (Fails(413, "request_too_large"), "too_long"),
        (Fails(400, "invalid_request_error"), "rejected"),
        (Says("I cannot help with that.", stop_reason="refusal"), "refusal"),
    ],
)
async def test_F08_what_waiting_does_not_help_is_refused_after_one_try(server, claude, reply, reason):
    server.script.append(reply)
    with pytest.raises(ModelRefused) as caught:
        await claude.ask(ASK)
    assert caught.value.params["reason"] == reason
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Says('{"fine": tr', stop_reason="max_tokens"), "truncated"),
        (Says("", stop_reason="end_turn"), "empty"),
        (Says("   "), "empty"),
        (Says({"fine": True}, stop_reason="model_context_window_exceeded"), "unreadable"),
        (Raw(b"<html>proxy</html>", "text/html"), "unreadable"),
        (Raw(b"{}"), "unreadable"),
        (Raw(b"[1, 2]"), "unreadable"),
        (Raw(b'{"content": "x"', "application/json"), "unreadable"),
        (Raw(b'{"stop_reason": "end_turn", "content": [{"type": "text", "text": 5}]}'), "empty"),
    ],
)
async def test_F09_an_answer_that_cannot_be_read_is_unusable(server, claude, reply, reason):
    server.script.append(reply)
    with pytest.raises(ModelAnswerUnusable) as caught:
        await claude.ask(ASK)
    assert caught.value.params["reason"] == reason


async def test_a_wrong_key_is_refused_by_the_real_check_of_the_server(server):
    async with Claude(api_key="sk-wrong", model="m", base_url=server.url) as claude:
        with pytest.raises(ModelRefused) as caught:
            await claude.ask(ASK)
    assert caught.value.params["reason"] == "authentication"
