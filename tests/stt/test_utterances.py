"""Cutting sound into utterances, with made-up voices."""

import itertools

import numpy as np

from viva.stt.utterances import FRAME, LEAD_FRAMES, LONGEST_FRAMES, SILENCE_FRAMES, UtteranceCutter

QUIET, LOUD = 0.05, 0.9


def cut(voices: list[float]) -> tuple[list[tuple[int, int]], UtteranceCutter]:
    cutter = UtteranceCutter()
    found = [cutter.add(np.full(FRAME, index, np.float32), voice) for index, voice in enumerate(voices)]
    return [(one.start // FRAME, one.end // FRAME) for one in found if one], cutter


def test_an_utterance_ends_after_seven_tenths_of_a_second_of_silence_and_has_a_lead():
    spans, cutter = cut([QUIET] * 20 + [LOUD] * 30 + [QUIET] * 60)
    assert spans == [(20 - LEAD_FRAMES + 1, 50 + SILENCE_FRAMES)]
    assert cutter.current() is None


def test_a_click_is_no_utterance():
    assert cut([QUIET] * 20 + [LOUD] * 3 + [QUIET] * 60)[0] == []


def test_a_short_pause_does_not_cut():
    assert len(cut([LOUD] * 20 + [QUIET] * 15 + [LOUD] * 20 + [QUIET] * 40)[0]) == 1


def test_what_goes_on_too_long_is_cut_where_it_is_quietest_and_nothing_falls_out():
    voices = [LOUD] * (LONGEST_FRAMES + 300)
    voices[LONGEST_FRAMES - 40] = 0.4
    spans, cutter = cut([*voices, *[QUIET] * SILENCE_FRAMES])
    assert spans[0] == (0, LONGEST_FRAMES - 39)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    assert spans[-1][1] == len(voices) + SILENCE_FRAMES
    assert cutter.current() is None


def test_flush_gives_what_is_being_said():
    _spans, cutter = cut([QUIET] * 20 + [LOUD] * 10)
    assert cutter.quiet_until == (20 - LEAD_FRAMES + 1) * FRAME
    utterance = cutter.flush()
    assert utterance is not None
    assert utterance.end == 30 * FRAME
    assert cutter.flush() is None
