"""A WebRTC client that shares no code with ours: aiortc's own peer connection, publishing tones and colours.

aioice leaves loopback out when it gathers candidates; here it is put back, so that the tests need no network.
As a program it runs on another host (`tests/support/networks.py`): it writes its offer as a line of JSON,
reads the answer the same way, publishes until its input ends, and writes what it counted.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from aioice import ice
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from av import VideoFrame

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


class Noise(VideoStreamTrack):
    """Pictures that no codec can make small, so that each takes several packets."""

    _picture = np.random.default_rng(7).integers(0, 255, (240, 320, 3), dtype=np.uint8)

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame.from_ndarray(np.roll(self._picture, pts // 3000, axis=1), format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


async def main() -> None:
    """Publish sound and noise from this host."""
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    peer = RTCPeerConnection()
    peer.addTrack(AudioStreamTrack())
    peer.addTrack(Noise())
    await peer.setLocalDescription(await peer.createOffer())
    sys.stdout.write(json.dumps({"sdp": peer.localDescription.sdp}) + "\n")
    sys.stdout.flush()
    answer = json.loads(await lines.readline())
    await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
    await lines.read()
    stats = [await sender.getStats() for sender in peer.getSenders()]
    sent = sum(one.packetsSent for each in stats for one in each.values() if one.type == "outbound-rtp")
    sys.stdout.write(json.dumps({"state": peer.connectionState, "sent": sent}) + "\n")
    await peer.close()


if __name__ == "__main__":
    asyncio.run(main())
