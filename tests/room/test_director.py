"""The director's rules, without a database or a clock."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from viva.room import director
from viva.sessions import (
    Answer,
    ConsentRequired,
    NoMoreTime,
    NotAnswering,
    Session,
    SessionClosed,
    WrongQuestion,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


def session(**changes: object) -> Session:
    made = Session(
        id=UUID(int=100),
        user_name="Kim Minji",
        email=None,
        position="Backend engineer",
        position_id=None,
        language="en",
        status="consented",
        created_at=NOW,
        expires_at=NOW + timedelta(days=14),
        started_at=None,
        completed_at=None,
        recording_consent=True,
        ai_consent=True,
        current_question_id=FIRST,
        answering_since=None,
        answer_deadline=None,
        extensions=0,
        answer_limit_s=180,
        preparation_s=0,
        last_seq=0,
        key_terms=(),
        plan_source="bank",
        plan_fallback_reason=None,
    )
    return msgspec.structs.replace(made, **changes)


def pending(*ids: UUID) -> tuple[Answer, ...]:
    return tuple(
        Answer(question_id=each, status="pending", kind=None, start_ms=None, end_ms=None) for each in ids
    )


ANSWERS = pending(FIRST, SECOND)


def after(before: Session, decision: director.Decision) -> Session:
    return msgspec.structs.replace(before, **decision.session)


def test_the_first_answer_starts_the_clock_and_the_interview():
    begun = after(session(), director.start_answer(session(), FIRST, NOW))
    assert (begun.status, begun.started_at, begun.answering_since) == ("in_progress", NOW, NOW)
    assert begun.answer_deadline == NOW + timedelta(seconds=180)


def test_starting_twice_is_starting_once():
    begun = after(session(), director.start_answer(session(), FIRST, NOW))
    assert director.start_answer(begun, FIRST, NOW + timedelta(seconds=9)) == director.NOTHING


@pytest.mark.parametrize("consent", [None, False])
def test_S36_no_spoken_answer_begins_without_consent_to_recording(consent):
    with pytest.raises(ConsentRequired):
        director.start_answer(session(recording_consent=consent), FIRST, NOW)


def test_S36_a_typed_answer_needs_a_decision_but_no_recording():
    with pytest.raises(ConsentRequired):
        director.type_answer(session(recording_consent=None), ANSWERS, FIRST, NOW)
    decided = director.type_answer(session(recording_consent=False), ANSWERS, FIRST, NOW)
    assert decided.finished == FIRST


def test_S36_questions_come_in_their_order_only():
    with pytest.raises(WrongQuestion):
        director.start_answer(session(), SECOND, NOW)
    with pytest.raises(WrongQuestion):
        director.type_answer(session(), ANSWERS, SECOND, NOW)


def test_finishing_leads_to_the_next_question_and_the_last_one_completes():
    begun = after(session(), director.start_answer(session(), FIRST, NOW))
    step = director.finish_answer(begun, ANSWERS, NOW + timedelta(seconds=30))
    second = after(begun, step)
    assert (step.finished, second.current_question_id, second.answering_since) == (FIRST, SECOND, None)
    assert step.answer == {"status": "finished", "end_ms": 30_000}
    begun = after(second, director.start_answer(second, SECOND, NOW + timedelta(seconds=40)))
    last = director.finish_answer(begun, ANSWERS, NOW + timedelta(seconds=50))
    assert last.completed
    assert after(begun, last).status == "completed"


def test_finishing_without_an_answer_under_way_is_refused():
    with pytest.raises(NotAnswering):
        director.finish_answer(session(), ANSWERS, NOW)


def test_going_on_without_an_answer_skips_and_is_not_evaluated():
    step = director.next_question(session(), ANSWERS, NOW)
    assert (step.answer["status"], step.finished) == ("skipped", None)


def test_more_time_is_given_three_times():
    state = after(session(), director.start_answer(session(), FIRST, NOW))
    for _ in range(director.EXTENSIONS_MAX):
        state = after(state, director.need_time(state, NOW))
    assert state.answer_deadline == NOW + timedelta(seconds=180 + 3 * 60)
    with pytest.raises(NoMoreTime):
        director.need_time(state, NOW)


def test_who_comes_back_after_an_outage_has_at_least_a_minute_left():
    state = after(session(), director.start_answer(session(), FIRST, NOW))
    late = NOW + timedelta(hours=2)
    assert after(state, director.come_back(state, late)).answer_deadline == late + timedelta(seconds=60)
    assert director.come_back(state, NOW + timedelta(seconds=5)) == director.NOTHING


def test_time_ends_an_answer_only_when_it_is_up():
    state = after(session(), director.start_answer(session(), FIRST, NOW))
    assert director.time_is_up(state, ANSWERS, NOW + timedelta(seconds=179)) == director.NOTHING
    assert director.time_is_up(state, ANSWERS, NOW + timedelta(seconds=180)).finished == FIRST


@pytest.mark.parametrize("status", ["completed", "expired", "withdrawn"])
def test_nothing_happens_in_a_closed_interview(status):
    closed = session(status=status)
    for act in (
        lambda: director.start_answer(closed, FIRST, NOW),
        lambda: director.finish_answer(closed, ANSWERS, NOW),
        lambda: director.next_question(closed, ANSWERS, NOW),
        lambda: director.type_answer(closed, ANSWERS, FIRST, NOW),
        lambda: director.need_time(closed, NOW),
    ):
        with pytest.raises(SessionClosed):
            act()


REFUSALS = (ConsentRequired, WrongQuestion, NotAnswering, NoMoreTime, SessionClosed)


class AnyOrder(RuleBasedStateMachine):
    """Whatever a client sends in whatever order, the interview only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.answers = pending(FIRST, SECOND, THIRD)
        self.state = session(status="created", recording_consent=None)
        self.done: list[UUID] = []

    def take(self, act) -> None:
        try:
            decision = act()
        except REFUSALS:
            return
        if decision.answer.get("status") in {"finished", "skipped"}:
            assert decision.question_id not in self.done
            self.done.append(decision.question_id)
        self.state = after(self.state, decision)

    @rule(seconds=st.integers(0, 400))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.state.is_open)
    @rule(recording=st.booleans())
    def decide(self, recording: bool) -> None:
        status = "consented" if self.state.status == "created" else self.state.status
        self.state = msgspec.structs.replace(self.state, recording_consent=recording, status=status)

    @rule(question=st.sampled_from([FIRST, SECOND, THIRD]))
    def start(self, question: UUID) -> None:
        self.take(lambda: director.start_answer(self.state, question, self.now))

    @rule()
    def finish(self) -> None:
        self.take(lambda: director.finish_answer(self.state, self.answers, self.now))

    @rule()
    def skip(self) -> None:
        self.take(lambda: director.next_question(self.state, self.answers, self.now))

    @rule(question=st.sampled_from([FIRST, SECOND, THIRD]))
    def write(self, question: UUID) -> None:
        self.take(lambda: director.type_answer(self.state, self.answers, question, self.now))

    @rule()
    def ask_for_time(self) -> None:
        self.take(lambda: director.need_time(self.state, self.now))

    @rule()
    def run_out(self) -> None:
        self.take(lambda: director.time_is_up(self.state, self.answers, self.now))

    @invariant()
    def the_order_holds(self) -> None:
        assert self.done == [FIRST, SECOND, THIRD][: len(self.done)]
        assert (self.state.status == "completed") == (len(self.done) == 3)
        if self.state.answering_since is not None:
            assert self.state.answer_deadline is not None
            assert self.state.current_question_id not in self.done
        if self.state.recording_consent is None:
            assert not self.done


class TestS36StepsComeInOrderWhateverIsSent(AnyOrder.TestCase):
    settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
