"""F06 and finding 3 of the quality report: whatever a vendor sends, it is read or passed over."""

import itertools
import json
import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.audio import SpeechResult, Word
from viva.stt.messages import Unreadable, read

GOOD = {
    "type": "Results",
    "start": 1.5,
    "duration": 2.0,
    "is_final": True,
    "from_finalize": True,
    "channel": {
        "alternatives": [
            {
                "transcript": "Hello there.",
                "confidence": 0.9,
                "words": [
                    {
                        "word": "hello",
                        "punctuated_word": "Hello",
                        "start": 1.6,
                        "end": 1.9,
                        "confidence": 0.8,
                    },
                    {"word": "there", "punctuated_word": "there.", "start": 2, "end": 2.4, "confidence": 1},
                ],
            }
        ]
    },
}
BAD = [
    *["absent", None, True, "", "x", "Results", "Metadata", [], [None], [[]], {}, {"words": [{}]}],
    *[-1, 0, 1e300, 10**400, math.inf, math.nan],
]
PARTS = [
    *["type", "channel", "alternatives", "transcript", "words", "start", "end", "duration"],
    *["is_final", "from_finalize", "confidence", "word", "punctuated_word"],
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Results", "Metadata", "SpeechStarted", "UtteranceEnd", "Error"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(PARTS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=6,
)


def damaged(message: object, path: list[int], value: object) -> object:
    """The message with one part replaced, or removed when `value` is a dictionary's absence."""
    if not path or not isinstance(message, dict | list) or not message:
        return value
    if isinstance(message, list):
        index = path[0] % len(message)
        return [damaged(part, path[1:], value) if i == index else part for i, part in enumerate(message)]
    key = sorted(message)[path[0] % len(message)]
    if value == "absent":
        return {name: part for name, part in message.items() if name != key}
    return {name: damaged(part, path[1:], value) if name == key else part for name, part in message.items()}


def survives(message: object) -> None:
    try:
        result = read(message)
    except Unreadable:
        return
    if result is None:
        return
    assert isinstance(result.text, str)
    assert 0 <= result.start_ms <= result.end_ms
    assert 0 <= result.confidence <= 1
    assert all(word.start_ms <= word.end_ms and 0 <= word.confidence <= 1 for word in result.words)


def places(message: object, here: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Every part of the message, as a path for `damaged`."""
    parts = [message[key] for key in sorted(message)] if isinstance(message, dict) else message
    if isinstance(parts, list):
        for index, part in enumerate(parts):
            yield (*here, index)
            yield from places(part, (*here, index))


def test_F06_finding_3_a_message_with_any_two_parts_broken_or_missing_is_read_or_passed_over():
    """Some 20,000 messages: every pair of parts, each with everything of `BAD` and its neighbours there."""
    pairs = list(itertools.combinations(places(GOOD), 2))
    for (first, second), (number, one), step in itertools.product(pairs, enumerate(BAD), range(3)):
        other = BAD[(number + step) % len(BAD)]
        survives(damaged(damaged(GOOD, [*second], other), [*first], one))
    assert len(pairs) * len(BAD) * 3 > 10_000


@settings(max_examples=1_000, deadline=None)
@given(ANYTHING)
def test_F06_any_json_at_all_is_read_or_passed_over(message):
    survives(message)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=1, max_size=6), ANYTHING | st.just("absent"))
def test_F06_finding_3_a_message_with_any_part_broken_or_missing_is_read_or_passed_over(path, value):
    survives(damaged(GOOD, path, value))


def test_a_good_message_becomes_a_result_on_stream_time():
    assert read(json.loads(json.dumps(GOOD))) == SpeechResult(
        text="Hello there.",
        is_final=True,
        start_ms=1_500,
        end_ms=3_500,
        confidence=0.9,
        words=(Word("Hello", 1_600, 1_900, 0.8), Word("there.", 2_000, 2_400, 1.0)),
        forced=True,
    )


@pytest.mark.parametrize("kind", ["Metadata", "SpeechStarted", "UtteranceEnd", "Error", "ConfigureSuccess"])
def test_known_messages_without_words_are_no_fault(kind):
    assert read({"type": kind}) is None


def test_one_broken_word_costs_the_word_times_and_not_the_text():
    broken = damaged(json.loads(json.dumps(GOOD)), [0, 0, 0, 2, 0, 3], {"no": "number"})
    result = read(broken)
    assert result is not None
    assert (result.text, result.words) == ("Hello there.", ())
