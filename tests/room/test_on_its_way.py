"""Whose a packet is goes by when it was spoken, whenever it comes."""

import asyncio

import pytest

from viva.audio import AudioFormat, AudioPacket
from viva.room.on_its_way import OnItsWay


def spoken(at_ms: float) -> AudioPacket:
    return AudioPacket(AudioFormat(), 0, 2_880, b"", at_ms)


@pytest.mark.parametrize(
    ("at_ms", "between", "in_second"),
    [(900, True, True), (1_100, False, False), (2_700, False, True), (3_500, False, True)],
    ids=["of the first answer", "between the two", "with the click", "of the second answer"],
)
def test_F17_a_late_packet_belongs_to_the_answer_in_which_it_was_spoken(at_ms, between, in_second):
    sound = OnItsWay()
    sound.begin(500)
    sound.end(1_000)
    assert sound.is_answer(spoken(at_ms), answering=False) is between
    sound.begin(3_000)
    assert sound.is_answer(spoken(at_ms), answering=True) is in_second


def test_F17_what_was_said_before_an_answer_is_no_part_of_it_when_it_is_over_either():
    sound = OnItsWay()
    sound.begin(3_000)
    assert not sound.is_answer(spoken(2_000), answering=True)
    sound.end(5_000)
    assert not sound.is_answer(spoken(2_000), answering=False)
    sound.begin(6_000)
    assert not sound.is_answer(spoken(2_000), answering=True)
    assert sound.is_answer(spoken(4_000), answering=True)


def test_F17_half_a_second_before_an_answer_is_its_own_unless_it_was_another_ones():
    sound = OnItsWay()
    assert sound.begin(3_000) == 2_500
    sound.end(5_000)
    assert sound.begin(5_200) == 5_000


def test_F17_what_was_left_to_the_recording_is_not_heard_live_too():
    sound = OnItsWay()
    sound.leave(800)
    sound.end(1_000)
    assert not sound.is_answer(spoken(799), answering=True)
    assert sound.is_answer(spoken(800), answering=False)


async def test_whoever_waits_for_sound_waits_no_longer_than_it_can_come():
    sound = OnItsWay()
    waits = [asyncio.create_task(sound.wait_for(moment_ms, 60)) for moment_ms in (100, 200)]
    await asyncio.sleep(0)
    sound.came(spoken(150))
    await waits[0]
    assert not waits[1].done()
    sound.over()
    await waits[1]
    assert sound.until_ms == 210
