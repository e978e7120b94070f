"""Offers: what is taken, and twenty-five that are not."""

import pytest

from viva.media import Offer, OfferRefused
from viva.media.answer import Local, write_answer
from viva.media.peer.remote import write_offer
from viva.media.sdp import RemoteOffer, read_offer

FINGERPRINT = ":".join(["AB"] * 32)
GOOD = write_offer("ufrag", "p" * 24, ("sha-256", FINGERPRINT), video=True)
AUDIO, VIDEO = "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=video 9 UDP/TLS/RTP/SAVPF 96"
THIRD = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:2\r\n"

CRAFTED = {
    "nothing": "",
    "no version": GOOD.replace("v=0\r\n", ""),
    "no media": GOOD[: GOOD.index("m=audio")],
    "plaintext RTP": GOOD.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "plaintext video only": GOOD.replace(VIDEO, "m=video 9 RTP/AVPF 96"),
    "SDES keys profile": GOOD.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF"),
    "SDES keys attribute": GOOD.replace(
        "a=mid:0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\na=mid:0"
    ),
    "over TCP": GOOD.replace(AUDIO, "m=audio 9 TCP/TLS/RTP/SAVPF 111"),
    "a data channel": GOOD + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n",
    "four sections": GOOD + THIRD + THIRD.replace("a=mid:2", "a=mid:3"),
    "unknown medium": GOOD + "m=image 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\n",
    "too long": GOOD + "a=x:" + "y" * 32_768 + "\r\n",
    "control characters": GOOD.replace("a=mid:0", "a=mid:0\x00"),
    "a line without a type": GOOD + "hello\r\n",
    "no fingerprint": GOOD.replace("a=fingerprint", "a=other"),
    "short fingerprint": GOOD.replace(FINGERPRINT, FINGERPRINT[:-3]),
    "weak fingerprint": GOOD.replace("sha-256", "md5"),
    "no password": GOOD.replace("a=ice-pwd", "a=other"),
    "short password": GOOD.replace("p" * 24, "p" * 8),
    "no user name": GOOD.replace("a=ice-ufrag", "a=other"),
    "odd user name": GOOD.replace("a=ice-ufrag:ufrag", "a=ice-ufrag:a:b c"),
    "server's role taken": GOOD.replace("actpass", "passive"),
    "no rtcp-mux": GOOD.replace("a=rtcp-mux", "a=other"),
    "not bundled": GOOD.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"),
    "same mid twice": GOOD.replace("a=mid:1", "a=mid:0"),
    "payload type out of range": GOOD.replace("SAVPF 111", "SAVPF 300"),
    "payload type shared": GOOD.replace("SAVPF 96", "SAVPF 111").replace("rtpmap:96", "rtpmap:111"),
    "no opus": GOOD.replace("opus/48000/2", "PCMU/8000"),
    "receives only": GOOD.replace("a=sendonly", "a=recvonly"),
    "ICE-lite": GOOD.replace("s=-", "s=-\r\na=ice-lite"),
}


@pytest.mark.parametrize("case", CRAFTED)
def test_S27_a_crafted_offer_is_refused_before_anything_is_made_for_it(case: str) -> None:
    with pytest.raises(OfferRefused) as refused:
        read_offer(Offer(CRAFTED[case]))
    assert refused.value.params["reason"]


def test_S27_there_are_twenty_five_crafted_offers_or_more_and_the_uncrafted_one_is_taken() -> None:
    assert len(CRAFTED) >= 25
    assert read_offer(Offer(GOOD)).video is not None


def test_an_answer_is_not_an_offer() -> None:
    with pytest.raises(OfferRefused):
        read_offer(Offer(GOOD, "answer"))


def local() -> Local:
    return Local("ours", "secret" * 4, ("sha-256", FINGERPRINT), ("192.0.2.7", "127.0.0.1"), 8001, 7)


def answered(sdp: str) -> tuple[RemoteOffer, str]:
    offer = read_offer(Offer(sdp))
    return offer, write_answer(offer, local())


def test_the_answer_names_one_port_at_each_address_and_asks_for_sixty_milliseconds() -> None:
    _, sdp = answered(GOOD)
    assert "a=ice-lite" in sdp
    assert "a=candidate:1 1 udp 2130706431 192.0.2.7 8001 typ host" in sdp
    assert "127.0.0.1 8001 typ host" in sdp
    assert "a=setup:passive" in sdp
    assert "a=ptime:60" in sdp
    assert "a=group:BUNDLE 0 1" in sdp


def test_a_second_sound_track_and_an_unknown_picture_codec_are_refused_in_the_answer() -> None:
    third = THIRD.replace(" 0\r\n", " 8\r\na=rtpmap:8 PCMA/8000\r\n")
    _, sdp = answered(GOOD.replace("VP8", "AV2") + third)
    assert sdp.count(" 0 UDP/TLS/RTP/SAVPF") == 2
    assert "a=group:BUNDLE 0\r\n" in sdp


def test_the_retransmission_stream_of_the_chosen_codec_is_taken() -> None:
    rtx = GOOD.replace("SAVPF 96", "SAVPF 96 97") + "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
    offer, sdp = answered(rtx)
    assert offer.video is not None
    assert offer.video.repair_type == 97
    assert "a=fmtp:97 apt=96" in sdp
