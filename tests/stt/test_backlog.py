"""The ring, the clock beside it, the pauses between attempts: all without I/O."""

import random

from hypothesis import given
from hypothesis import strategies as st

from viva.audio import AudioFormat, AudioPacket, SpeechResult, Word
from viva.stt.backlog import Backlog, Missed
from viva.stt.backoff import Backoff
from viva.stt.placing import Placed
from viva.stt.timeline import Timeline


def packet(index: int, duration: int = 960, offset: int = 0) -> AudioPacket:
    return AudioPacket(AudioFormat(), offset + index * 960, duration, b"x", 0)


def filled(count: int, capacity_ms: int = 60_000) -> Backlog:
    backlog = Backlog(capacity_ms)
    for index in range(count):
        backlog.add(packet(index), index * 20)
    return backlog


def test_a_replay_begins_with_the_packet_in_which_the_last_final_ended():
    backlog = filled(10)
    assert len(backlog.take(9_600)) == 10
    backlog.settle(3 * 960 + 500)
    assert backlog.rewind() == 3 * 960
    assert [one.timestamp for one in backlog.take(100_000)] == [index * 960 for index in range(3, 10)]


def test_what_was_not_sent_is_never_settled_away():
    backlog = filled(10)
    backlog.take(1_920)
    backlog.settle(10 * 960)
    assert backlog.start == 2 * 960
    assert backlog.unsent == 8 * 960


def test_a_page_is_no_longer_than_asked_for_and_takes_sixty_millisecond_packets():
    backlog = Backlog(60_000)
    for index in range(4):
        backlog.add(packet(index * 3, 2_880), index * 60)
    assert len(backlog.take(4_800)) == 1
    assert len(backlog.take(6_000)) == 2


def test_overflow_drops_the_oldest_and_lists_the_span():
    backlog = filled(60, capacity_ms=1_000)
    assert backlog.start == 10 * 960
    assert backlog.missed == [Missed(0, 500)], "what is heard next has a lead of 0.3 s, which is missed, too"
    backlog.give_up()
    assert backlog.missed == [Missed(0, 1_200)]
    assert backlog.unsent == 0


@given(st.lists(st.sampled_from(["add", "take", "settle", "rewind"]), max_size=120), st.randoms())
def test_whatever_happens_every_packet_is_sent_settled_kept_or_missed(steps, chance):
    backlog, fed, sent_until = Backlog(400), 0, 0
    for step in steps:
        if step == "add":
            backlog.add(packet(fed), fed * 20)
            fed += 1
        elif step == "take":
            page = backlog.take(960 * 3)
            sent_until = max([sent_until] + [one.timestamp + 960 for one in page])
        elif step == "settle":
            backlog.settle(chance.uniform(0, sent_until))
        else:
            backlog.rewind()
        assert 0 <= backlog.unsent <= backlog.timeline.tape - backlog.start <= 400 * 48
        assert backlog.start <= backlog.settled + 960 or backlog.missed or not backlog.settled
    backlog.rewind()
    kept = [one.timestamp for one in backlog.take(10**9)]
    assert kept == [index * 960 for index in range(fed - len(kept), fed)]


def test_a_hole_in_what_is_said_is_a_hole_on_the_clock_and_none_on_the_tape():
    timeline = Timeline()
    timeline.place(packet(0), 500)
    timeline.place(packet(50), 1_500)
    assert timeline.tape == 1_920
    assert timeline.clock_ms(960) == 1_500
    assert timeline.clock_ms(960, ending=True) == 520


def test_a_new_connection_with_other_timestamps_goes_on_at_its_arrival():
    timeline = Timeline()
    timeline.place(packet(100), 3_000)
    timeline.place(packet(0), 9_000)
    timeline.place(packet(1), 9_021)
    timeline.place(packet(0, offset=48 * 10_000_000), 12_000)
    assert [timeline.clock_ms(index * 960) for index in range(4)] == [3_000, 9_000, 9_020, 12_000]


def test_words_that_were_final_before_are_not_said_again():
    timeline = Timeline()
    for index in range(100):
        timeline.place(packet(index), index * 20)
    words = (Word("old", 0, 90, 1), Word("new", 120, 300, 1))
    heard = SpeechResult("Old new.", True, 0, 400, 1, words)
    placed = Placed(heard, origin=48_000, settled=48_000 + 100 * 48, timeline=timeline)
    assert placed.result.text == "new"
    assert [word.start_ms for word in placed.result.words] == [1_120]
    again = Placed(heard, origin=48_000, settled=48_000 + 400 * 48, timeline=timeline)
    assert again.result.text == ""


def test_pauses_double_with_jitter_up_to_a_limit_and_begin_anew_after_success():
    lowest, highest = Backoff(lambda: 0.0, first_s=0.2, cap_s=5), Backoff(lambda: 1.0, first_s=0.2, cap_s=5)
    assert [lowest.next_delay_s() for _ in range(3)] == [0.1, 0.2, 0.4]
    assert [round(highest.next_delay_s(), 1) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    highest.succeeded()
    assert highest.next_delay_s() == 0.2
    assert all(Backoff(random.random).next_delay_s() <= 15 for _ in range(50))
