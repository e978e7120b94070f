"""The gate against peers that others wrote: aiortc and a real Chromium."""

import pytest
from playwright.async_api import Page, async_playwright
from tests.support.media_sink import KeepingSink
from tests.support.webrtc_client import gather_on_loopback, publish

from viva.media import Answer, Connection, Fanout, MediaGate, Offer

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
PAGE = "http://localhost:9/"
PUBLISH = """async (codec) => {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 480}});
  const peer = window.peer = new RTCPeerConnection();
  for (const track of media.getTracks()) peer.addTrack(track, media);
  if (codec) {
    const video = peer.getTransceivers().find((each) => each.sender.track.kind === "video");
    const all = RTCRtpSender.getCapabilities("video").codecs;
    const chosen = all.filter((each) => each.mimeType === codec);
    if (!chosen.length) return "no codec";
    video.setCodecPreferences(chosen);
  }
  await peer.setLocalDescription();
  await new Promise((done) => {
    if (peer.iceGatheringState === "complete") done();
    peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done());
  });
  const answer = await window.exchange(peer.localDescription.toJSON());
  await peer.setRemoteDescription(answer);
  return "ok";
}"""


class Desk:
    """Takes offers to the gate as `room` will."""

    def __init__(self, gate: MediaGate) -> None:
        self.gate = gate
        self.sink = KeepingSink()
        self.connection: Connection | None = None

    async def exchange(self, offer: Offer) -> Answer:
        answer, self.connection = await self.gate.answer(offer, Fanout(self.sink))
        return answer


async def publish_from(page: Page, desk: Desk, codec: str = "") -> str:
    """Let a page's Chromium publish, whatever network it has: offer and answer go by the driver."""

    async def exchange(offer: dict[str, str]) -> dict[str, str]:
        answer = await desk.exchange(Offer(offer["sdp"], offer["type"]))
        return {"sdp": answer.sdp, "type": answer.type}

    await page.route(PAGE, lambda route: route.fulfill(content_type="text/html", body="<p>room</p>"))
    await page.goto(PAGE)
    await page.expose_function("exchange", exchange)
    said: str = await page.evaluate(PUBLISH, codec)
    return said


async def test_aiortc_connects_over_loopback_and_its_sound_and_pictures_come_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gather_on_loopback(monkeypatch)
    async with MediaGate(port=0, address="127.0.0.1") as gate:
        desk = Desk(gate)
        peer = await publish(desk.exchange, video=True)
        try:
            await desk.sink.until(lambda sink: len(sink.packets) > 50 and len(sink.frames) > 10, 20)
        finally:
            await peer.close()
        assert desk.connection is not None
        assert await desk.connection.wait_closed() == "closed"
    sink = desk.sink
    assert sink.states == ["connected", "closed"]
    assert sink.frames[0].keyframe
    steps = {
        after.timestamp - before.timestamp
        for before, after in zip(sink.packets, sink.packets[1:], strict=False)
    }
    assert steps == {960}
    assert desk.connection.stats.lost == 0


@pytest.mark.parametrize("codec", ["", "video/H264"])
async def test_chromium_connects_and_sends_sixty_millisecond_packets(codec: str) -> None:
    async with MediaGate(port=0) as gate, async_playwright() as playwright:
        desk = Desk(gate)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            if await publish_from(await browser.new_page(), desk, codec) == "no codec":
                pytest.skip("this Chromium does not encode H.264")
            await desk.sink.until(lambda sink: len(sink.packets) > 20 and len(sink.frames) > 20, 20)
            await desk.sink.until(
                lambda sink: {clock.kind for clock in sink.clocks} == {"audio", "video"}, 20
            )
        finally:
            await browser.close()
        assert desk.connection is not None
    sink = desk.sink
    assert {packet.duration for packet in sink.packets} == {2880}
    assert sink.frames[0].keyframe
    assert desk.connection.stats.lost == 0
