"""The local engine's ear: Opus packets in, utterances out. Runs in a thread, one call at a time per stream.

This is the only place of the recogniser where sound is decoded.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Protocol

import av
import msgspec
import numpy as np

from viva.audio import AudioPacket
from viva.stt.utterances import FRAME, RATE_HZ, Sound, Utterance, UtteranceCutter

_CONTEXT = 64
"""Samples of the frame before that silero wants to see again (16 kHz)."""


class VoiceDetector(Protocol):
    """Says for each frame of a stream, in order, how probably somebody speaks in it."""

    def __call__(self, frame: Sound) -> float:
        """The probability, 0 to 1."""
        ...


class Silero:
    """Silero v6, whose ONNX file comes with faster-whisper (MIT); 72 µs a frame, measured on one core."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._state = (np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32))
        self._context = np.zeros(_CONTEXT, np.float32)

    @staticmethod
    def load() -> Any:
        """The ONNX session, shared by all streams."""
        import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415 (heavy; the local engine only)

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        model = files("faster_whisper") / "assets" / "silero_vad_v6.onnx"
        return onnxruntime.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])

    def __call__(self, frame: Sound) -> float:
        """The probability of speech in these 512 samples, given all that came before."""
        seen = np.concatenate([self._context, frame])[np.newaxis]
        given = {"input": seen, "h": self._state[0], "c": self._state[1]}
        voice, hidden, cell = self._session.run(None, given)
        self._state, self._context = (hidden, cell), frame[-_CONTEXT:]
        return float(voice.reshape(-1)[0])


class HeardSoFar(msgspec.Struct, frozen=True):
    """What a page of packets brought; `position` is the end of the stream so far. All in samples."""

    utterances: tuple[Utterance, ...]
    current: Utterance | None
    quiet_until: int
    position: int


class Ear:
    """Decodes, brings to 16 kHz mono, finds the voice. A packet that cannot be decoded counts as silence."""

    def __init__(self, voice: VoiceDetector) -> None:
        self._voice = voice
        self._decoder = av.CodecContext.create("opus", "r")
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        self._cutter = UtteranceCutter()
        self._rest = np.zeros(0, np.float32)
        self._position = 0

    def hear(self, packets: Sequence[AudioPacket]) -> HeardSoFar:
        """Take the next packets of the stream."""
        found = []
        self._rest = np.concatenate([self._rest, *(self._sound_of(packet) for packet in packets)])
        while len(self._rest) >= FRAME:
            frame, self._rest = self._rest[:FRAME], self._rest[FRAME:]
            found.append(self._cutter.add(frame, self._voice(frame)))
        return self._so_far(found)

    def flush(self) -> HeardSoFar:
        """End the utterance of the moment, whatever follows."""
        return self._so_far([self._cutter.flush()])

    def _so_far(self, found: list[Utterance | None]) -> HeardSoFar:
        return HeardSoFar(
            utterances=tuple(utterance for utterance in found if utterance is not None),
            current=self._cutter.current(),
            quiet_until=self._cutter.quiet_until,
            position=self._position,
        )

    def _sound_of(self, packet: AudioPacket) -> Sound:
        """Exactly as long as the packet says, so that stream time stays true."""
        wanted = (self._position_end(packet)) - self._position
        self._position += wanted
        try:
            frames = self._decoder.decode(av.Packet(packet.data))
            parts = [out.to_ndarray()[0] for frame in frames for out in self._resampler.resample(frame)]
        except av.FFmpegError:
            parts = []
        sound = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        if len(sound) < wanted:
            sound = np.pad(sound, (wanted - len(sound), 0))
        return sound[:wanted].astype(np.float32)

    def _position_end(self, packet: AudioPacket) -> int:
        return self._position + packet.duration * RATE_HZ // packet.format.sample_rate_hz
