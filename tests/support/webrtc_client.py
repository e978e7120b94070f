"""A WebRTC client that shares no code with ours: aiortc's own peer connection, publishing tones and colours.

aioice leaves loopback out when it gathers candidates; here it is put back, so that the tests need no network.
"""

from collections.abc import Awaitable, Callable

import pytest
from aioice import ice
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from viva.media import Answer, Offer

Exchange = Callable[[Offer], Awaitable[Answer]]


def gather_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let aiortc offer 127.0.0.1 and nothing else."""
    monkeypatch.setattr(ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


async def publish(exchange: Exchange, *, video: bool = False) -> RTCPeerConnection:
    """Connect with a silent microphone (and a green camera); the caller closes the connection."""
    peer = RTCPeerConnection()
    peer.addTrack(AudioStreamTrack())
    if video:
        peer.addTrack(VideoStreamTrack())
    await peer.setLocalDescription(await peer.createOffer())
    answer = await exchange(Offer(peer.localDescription.sdp))
    await peer.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
    return peer
