"""Order restored within a bound; holes remembered, asked for, and given up in time."""

from hypothesis import given
from hypothesis import strategies as st

from viva.media.rtp.order import Reorder, Timeline, Unwrapper


def numbers(ready: list[tuple[int, str]]) -> list[int]:
    return [number for number, _ in ready]


def test_packets_in_order_pass_at_once() -> None:
    order = Reorder[str](hold_ms=40, hold_packets=3)
    assert [numbers(order.push(number, "p", 0)) for number in (5, 6, 7)] == [[5], [6], [7]]
    assert not order.waiting


def test_a_swapped_pair_is_put_right_and_only_waits_for_its_partner() -> None:
    order = Reorder[str](hold_ms=40, hold_packets=3)
    order.push(1, "a", 0)
    assert order.push(3, "c", 1) == []
    assert numbers(order.push(2, "b", 2)) == [2, 3]
    assert not order.waiting


def test_a_hole_is_given_up_after_the_hold_time_or_enough_packets() -> None:
    order = Reorder[str](hold_ms=40, hold_packets=3)
    order.push(1, "a", 0)
    order.push(3, "c", 10)
    assert order.expire(49) == []
    assert numbers(order.expire(50)) == [3]
    order.push(5, "e", 60)
    order.push(6, "f", 61)
    assert numbers(order.push(7, "g", 62)) == [5, 6, 7]
    assert order.given_up == 2
    assert order.push(4, "d", 63) == []
    assert order.late == 1


def test_missing_packets_are_asked_for_a_few_times_and_not_after_they_came() -> None:
    order = Reorder[str](hold_ms=400, hold_packets=512)
    order.push(1, "a", 0)
    order.push(4, "d", 100)
    assert order.to_ask(100) == [2, 3]
    assert order.to_ask(110) == []
    order.push(2, "b", 120)
    assert order.to_ask(200) == [3]
    asked = sum(len(order.to_ask(now)) for now in range(300, 5_000, 100))
    assert asked == 4


def test_a_sender_that_jumps_far_ahead_starts_anew() -> None:
    order = Reorder[str](hold_ms=400, hold_packets=512)
    order.push(1, "a", 0)
    order.push(3, "c", 0)
    assert numbers(order.push(9_000, "z", 0)) == [3, 9_000]
    assert numbers(order.push(9_001, "y", 0)) == [9_001]


def test_what_was_lost_within_a_second_is_asked_for_and_put_in_its_place() -> None:
    order = Reorder[str](hold_ms=400, hold_packets=512)
    order.push(0, "a", 0)
    assert order.push(201, "b", 0) == []
    assert [*order.to_ask(0), *order.to_ask(30)] == list(range(1, 201))
    out = [number for missing in range(1, 201) for number in numbers(order.push(missing, "m", 200))]
    assert out == list(range(1, 202))
    assert (order.recovered, order.given_up) == (200, 0)


def test_S25_a_sender_that_leaves_hole_after_hole_starts_anew() -> None:
    order = Reorder[str](hold_ms=400, hold_packets=512)
    order.push(0, "a", 0)
    assert order.push(200, "b", 1) == []
    assert numbers(order.push(400, "c", 2)) == [200, 400]
    assert order.to_ask(2) == []
    assert order.given_up == 199
    assert numbers(order.push(1_399, "d", 3)) == [1_399]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=120))
def test_whatever_comes_the_result_is_in_order_and_without_doubles(arrivals: list[int]) -> None:
    order, out = Reorder[str](hold_ms=40, hold_packets=5), list[int]()
    for now, number in enumerate(arrivals):
        out += numbers(order.push(number, "p", now * 10.0))
        out += numbers(order.expire(now * 10.0))
    out += numbers(order.expire(float("inf")))
    assert out == sorted(set(out))
    assert {number for number in arrivals if number >= arrivals[0]} >= set(out)


def test_counters_are_unwrapped_in_both_directions() -> None:
    unwrap = Unwrapper(16)
    assert [unwrap(value) for value in (65_534, 65_535, 0, 65_535, 1)] == [
        65_534,
        65_535,
        65_536,
        65_535,
        65_537,
    ]


def test_a_new_source_goes_on_where_the_old_one_stopped_plus_the_time_that_passed() -> None:
    line = Timeline(48_000)
    first = line.at(4_294_967_000, 0)
    assert line.at(584, 20) == first + 880
    line.restart()
    assert line.at(77, 1_020) == first + 880 + 48_000
    assert line.at(77 + 960, 1_040) == first + 880 + 48_960
