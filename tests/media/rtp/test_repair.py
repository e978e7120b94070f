"""F17: what is lost is asked for, sound too, as long as asking helps; and the counts are true."""

from viva.media.rtp.packet import RtpPacket
from viva.media.rtp.tracks import AUDIO_HOLD_MS, AUDIO_REPAIR_MS, AUDIO_UNANSWERED, AudioTrack, VideoTrack

OPUS_20_MS = b"\x78" + b"o" * 40
KEYFRAME = b"\x10\x10\x00\x00\x9d\x01\x2a\x80\x02\xe0\x01" + b"k" * 100
INTERFRAME = b"\x10\x11" + b"i" * 100


def sound(number: int) -> RtpPacket:
    return RtpPacket(111, False, number, 960 * number, 7, OPUS_20_MS)


def picture(number: int, payload: bytes) -> RtpPacket:
    return RtpPacket(96, True, number, 3_000 * number, 8, payload)


def sent_again(number: int, payload: bytes) -> RtpPacket:
    return RtpPacket(97, True, 500 + number, 3_000 * number, 9, number.to_bytes(2, "big") + payload)


def test_F17_a_lost_sound_packet_is_waited_for_and_put_in_its_place_when_it_is_sent_again() -> None:
    track = AudioTrack()
    track.receive(sound(0), 0)
    assert track.receive(sound(2), 40) == []
    assert track.to_ask(40) == [1]
    assert track.receive(sound(3), 60) == []
    assert [packet.timestamp for packet in track.receive(sound(1), 100)] == [960, 1920, 2880]
    assert (track.asked, track.recovered, track.lost) == (1, 1, 0)


def test_F17_sound_that_is_never_sent_again_is_no_longer_waited_for() -> None:
    track, number, now_ms = AudioTrack(), 0, 0.0
    track.receive(sound(0), 0)
    for _ in range(AUDIO_UNANSWERED):
        number, now_ms = number + 2, now_ms + 1_000
        assert track.receive(sound(number), now_ms) == []
        assert track.to_ask(now_ms) == [number - 1]
        assert track.expire(now_ms + AUDIO_REPAIR_MS - 1) == []
        assert len(track.expire(now_ms + AUDIO_REPAIR_MS)) == 1
    track.receive(sound(number + 2), now_ms + 1_000)
    assert track.to_ask(now_ms + 1_000) == []
    assert len(track.expire(now_ms + 1_000 + AUDIO_HOLD_MS)) == 1
    assert (track.asked, track.recovered, track.lost) == (AUDIO_UNANSWERED, 0, AUDIO_UNANSWERED + 1)


def test_F17_a_picture_sent_again_on_the_repair_stream_counts_once_and_needs_no_key_frame() -> None:
    track = VideoTrack("vp8")
    assert len(track.receive(picture(0, KEYFRAME), 0)) == 1
    track.receive(picture(2, INTERFRAME), 80)
    assert track.to_ask(80) == [1]
    assert len(track.repair(sent_again(1, INTERFRAME), 120)) == 2
    assert track.repair(sent_again(1, INTERFRAME), 125) == []  # a probe of the bandwidth repeats it
    assert (track.asked, track.recovered, track.broken) == (1, 1, 0)
    assert not track.wants_keyframe(600)


def test_F17_a_picture_that_stays_lost_asks_for_a_key_frame_and_shows_nothing_until_it_comes() -> None:
    track = VideoTrack("vp8")
    track.receive(picture(0, KEYFRAME), 0)
    track.receive(picture(2, INTERFRAME), 80)
    assert track.expire(10_000) == []
    assert track.wants_keyframe(10_000)
    assert track.receive(picture(3, INTERFRAME), 10_010) == []
    assert [frame.keyframe for frame in track.receive(picture(4, KEYFRAME), 10_020)] == [True]
    assert (track.lost, track.broken) == (1, 1)


def test_F17_broken_vp8_is_counted_and_what_follows_is_read() -> None:
    track = VideoTrack("vp8")
    track.receive(picture(0, KEYFRAME), 0)
    for number, payload in enumerate((b"", b"\x80", b"\xff\xff\xff", b"\x10\x00", b"\x90\xff\x80"), 1):
        assert track.receive(picture(number, payload), number) == []
    assert len(track.receive(picture(6, KEYFRAME), 10)) == 1
    assert track.broken
