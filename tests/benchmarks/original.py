"""The design that the original had, as its server: everything is decoded, resampled, pushed and re-encoded.

One process; a WebSocket for each interview: the browser's offer comes in as the first message and the answer
goes back, then captions. aiortc's documented way: `recv()` of decoded sound, resampled to 16 kHz mono and
pushed to the vendor as samples, and `MediaRecorder` for sound and picture. The job is the same as ours, but
nothing is stored and no words are kept.

`python -m tests.benchmarks.original VENDOR_URL FOLDER` prints its port.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from aioice import ice
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder, MediaRelay
from aiortc.mediastreams import MediaStreamError
from av import AudioResampler
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

QUERY = "/v1/listen?model=nova-3&language=en&encoding=linear16&sample_rate=16000&interim_results=true"


class Interview:
    """One browser: its peer, its recorder, its recogniser."""

    def __init__(self, browser: ServerConnection, vendor_url: str, file: Path) -> None:
        self._browser = browser
        self._vendor_url = vendor_url
        self._peer = RTCPeerConnection()
        self._relay = MediaRelay()
        self._recorder = MediaRecorder(str(file))
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Until the browser leaves."""
        self._peer.on("track", self._on_track)
        offer = json.loads(await self._browser.recv())
        await self._peer.setRemoteDescription(RTCSessionDescription(offer["sdp"], offer["type"]))
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        answer = self._peer.localDescription
        await self._browser.send(json.dumps({"sdp": answer.sdp, "type": answer.type}))
        await self._recorder.start()
        try:
            await self._browser.wait_closed()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._recorder.stop()
            await self._peer.close()

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._recorder.addTrack(self._relay.subscribe(track))
        if track.kind == "audio":
            self._tasks.append(asyncio.ensure_future(self._recognise(self._relay.subscribe(track))))

    async def _recognise(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=16_000)
        async with connect(self._vendor_url + QUERY, proxy=None, compression=None) as vendor:
            self._tasks.append(asyncio.ensure_future(self._caption(vendor)))
            while True:
                try:
                    frame: Any = await track.recv()
                except MediaStreamError:
                    return
                for resampled in resampler.resample(frame):
                    await vendor.send(resampled.to_ndarray().tobytes())

    async def _caption(self, vendor: ClientConnection) -> None:
        async for result in vendor:
            await self._browser.send(result)


async def _main(vendor_url: str, folder: Path) -> None:
    ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    count = 0

    async def interview(browser: ServerConnection) -> None:
        nonlocal count
        count += 1
        await Interview(browser, vendor_url, folder / f"{count}.mp4").run()

    async with serve(interview, "127.0.0.1", 0, compression=None) as server:
        sys.stdout.write(f"{next(iter(server.sockets)).getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2])))
