"""C07, row 31: when somebody who has seen the draft must say why, and when not."""

from datetime import UTC, datetime

import pytest

from viva.evaluation.model import Review
from viva.evaluation.overriding import Overridden, overridden
from viva.platform.ids import uuid7

DRAFT = {"ownership": "yes", "learning": "mixed"}


def view(decision=None, **levels) -> Review:
    return Review(
        id=uuid7(),
        session_id=uuid7(),
        reviewer_id=uuid7(),
        levels=levels,
        note="",
        decision=decision,
        created_at=datetime.now(UTC),
        draft_seen=False,
    )


def test_who_read_the_draft_before_scoring_explains_each_level_that_differs():
    found = overridden({"ownership": "no", "learning": "mixed"}, None, drafted=DRAFT, earlier=[])
    assert found == Overridden(("ownership",))
    assert not overridden(DRAFT, "advance", drafted=DRAFT, earlier=[]).needs_reason


def test_keeping_the_first_view_and_adding_a_decision_needs_no_reason():
    first = view(ownership="no", learning="mixed")
    kept = overridden({"ownership": "no", "learning": "mixed"}, "hold", drafted=DRAFT, earlier=[first])
    assert not kept.needs_reason


@pytest.mark.parametrize("level", ["yes", "mixed", None])
def test_another_level_than_in_the_first_view_needs_one_towards_the_draft_as_well(level):
    first = view(ownership="no", learning="mixed")
    found = overridden({"ownership": level, "learning": "mixed"}, None, drafted=DRAFT, earlier=[first])
    assert found == Overridden(("ownership",))


def test_going_back_from_the_draft_to_the_first_view_needs_one():
    first, led = view(ownership="no", learning="mixed"), view(ownership="yes", learning="mixed")
    found = overridden({"ownership": "no", "learning": "mixed"}, None, drafted=DRAFT, earlier=[first, led])
    assert found == Overridden(("ownership",))


def test_another_decision_than_the_first_needs_one():
    first = view("advance", ownership="no", learning="mixed")
    found = overridden({"ownership": "no", "learning": "mixed"}, "decline", drafted=DRAFT, earlier=[first])
    assert found == Overridden((), decision=True)
