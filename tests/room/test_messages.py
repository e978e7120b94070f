"""The wire of the live channel: anything at all is one of ours or refused, never an accident."""

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.room.rubbish import RUBBISH

from viva.platform.errors import Malformed
from viva.room import messages as wire


@pytest.mark.parametrize("frame", RUBBISH, ids=range(len(RUBBISH)))
def test_S26_S38_rubbish_and_spoofed_fields_are_no_message(frame: str) -> None:
    with pytest.raises((Malformed, msgspec.ValidationError)):
        wire.decode(frame.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = ["start_answer", "finish_answer", "next", "repeat", "need_time", "correct", "client_event", "ping"]
FIELDS = ["question_id", "seq", "text", "name", "detail", "after_seq", "user_id", "type"]
FRAMES = st.one_of(
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=60),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda kind, fields: json.dumps({"type": kind, **fields}).encode(),
        st.sampled_from(KINDS),
        st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3),
    ),
)


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(frame=FRAMES)
def test_S26_any_frame_is_a_message_or_is_refused(frame: bytes) -> None:
    try:
        message = wire.decode(frame)
    except (Malformed, msgspec.ValidationError):
        return
    assert isinstance(message, wire.Inbound)


def test_S38_a_question_may_be_named_so_that_a_second_click_finds_nothing() -> None:
    plain = wire.decode(b'{"type":"finish_answer"}')
    named = wire.decode(b'{"type":"next","question_id":"00000000-0000-7000-8000-000000000000"}')
    assert plain == wire.FinishAnswer(None)
    assert isinstance(named, wire.Next)
    assert named.question_id is not None
