"""The Ogg writer, judged by an independent reader and by FFmpeg."""

import io

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.deepgram_ears import OggOpusDecoder, crc_of
from tests.support.opus import encode, likeness, packets_of, sample, sound_of, tones

from viva.audio import AudioFormat, AudioPacket
from viva.stt.ogg import OggOpusWriter, checksum


@given(st.binary(max_size=2_000))
def test_the_checksum_is_the_one_of_the_ogg_specification(data):
    assert int.from_bytes(checksum(data), "little") == crc_of(data)


def test_ffmpeg_decodes_the_stream_to_the_sound_that_went_in():
    packets = packets_of(sample("conflict"))
    writer = OggOpusWriter(7, packets[0].format.channels)
    stream = writer.headers() + b"".join(writer.pages(packets[i : i + 5]) for i in range(0, len(packets), 5))
    with av.open(io.BytesIO(stream + writer.end())) as container:
        got = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    spoken = sound_of(sample("conflict"))
    assert abs(len(got) - len(packets) * 960) <= 960
    assert likeness(got, spoken) > 0.99


@pytest.mark.parametrize("size", [1, 254, 255, 256, 510, 1275, 7650])
def test_a_packet_of_any_size_comes_out_as_it_went_in(size):
    packet = AudioPacket(AudioFormat(), 0, 960, bytes([0xFC]) * size, 0)
    page = OggOpusWriter(1, 2).pages([packet])
    lacing = page[27 : 27 + page[26]]
    assert sum(lacing) == size
    assert lacing[-1] < 255
    assert page.endswith(packet.data)


def test_packets_too_many_for_one_page_make_more_pages():
    packets = [AudioPacket(AudioFormat(), 0, 960, bytes(1_275), 0)] * 100
    assert OggOpusWriter(1, 2).pages(packets).count(b"OggS") == 3


def test_stream_time_is_the_sum_of_the_durations_even_of_sixty_millisecond_packets():
    reader, writer = OggOpusDecoder(), OggOpusWriter(1, 1)
    packets = encode(tones([1, 2]))
    reader.decode(writer.headers() + writer.pages(packets))
    assert reader.granule == len(packets) * 960
    long = AudioPacket(AudioFormat(), 0, 2_880, packets[0].data, 0)
    page = writer.pages([long])
    assert int.from_bytes(page[6:14], "little") == len(packets) * 960 + 2_880


def test_every_connection_has_headers_and_numbers_of_its_own():
    packets = encode(tones([3]))
    for serial in (1, 2):
        reader, writer = OggOpusDecoder(), OggOpusWriter(serial, 1)
        sound = reader.decode(writer.headers() + writer.pages(packets))
        assert len(sound) == len(packets) * 960
