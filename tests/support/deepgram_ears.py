"""How the vendor's fake hears: Ogg taken apart, Opus really decoded, words found in the sound.

It shares no code with the writer that it judges: pages are checked with a CRC computed bit by bit from the
polynomial, packets are decoded by FFmpeg.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import av
import numpy as np
import numpy.typing as npt

RATE_HZ = 48_000
Sound = npt.NDArray[np.float32]


class NotOgg(Exception):
    """The bytes are not what a recogniser can decode."""


@dataclass
class HeardWord:
    text: str
    start_s: float
    end_s: float
    confidence: float = 0.97


class Ears(Protocol):
    voice_until_s: float

    def hear(self, sound: Sound) -> list[HeardWord]:
        """The words that were completed by this stretch of sound, on stream time."""

    def settle(self, words: int) -> None:
        """So many words were given out as final."""


def _table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ (0x04C11DB7 if crc & 0x8000_0000 else 0)) & 0xFFFF_FFFF
        table.append(crc)
    return table


_TABLE = _table()


def crc_of(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc = ((crc << 8) & 0xFFFF_FFFF) ^ _TABLE[(crc >> 24) ^ byte]
    return crc


@dataclass
class OggOpusDecoder:
    """Bytes of one connection in, mono sound at 48 kHz out."""

    packets: int = 0
    longest_page_ms: float = 0
    channels: int = 0
    granule: int = 0
    _rest: bytes = b""
    _sequence: int = 0
    _context: av.CodecContext | None = None
    _tags_seen: bool = False
    samples: int = 0

    def decode(self, data: bytes) -> Sound:
        self._rest += data
        parts = [self._sound_of(page) for page in self._pages()]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _pages(self) -> Iterator[list[bytes]]:
        while len(self._rest) >= 27:
            if self._rest[:4] != b"OggS":
                raise NotOgg("DATA-0000: no Ogg page")
            lacing = self._rest[27 : 27 + self._rest[26]]
            length = 27 + len(lacing) + sum(lacing)
            if len(self._rest) < length:
                return
            page, self._rest = self._rest[:length], self._rest[length:]
            if crc_of(page[:22] + bytes(4) + page[26:]) != int.from_bytes(page[22:26], "little"):
                raise NotOgg("DATA-0000: wrong checksum")
            if int.from_bytes(page[18:22], "little") != self._sequence:
                raise NotOgg("DATA-0000: page out of order")
            self._sequence += 1
            self.granule = int.from_bytes(page[6:14], "little")
            yield list(_packets(lacing, page[27 + len(lacing) :]))

    def _sound_of(self, packets: list[bytes]) -> Sound:
        sounds = [self._sound_of_packet(packet) for packet in packets]
        sound = np.concatenate(sounds) if sounds else np.zeros(0, np.float32)
        self.longest_page_ms = max(self.longest_page_ms, len(sound) / 48)
        self.samples += len(sound)
        return sound

    def _sound_of_packet(self, data: bytes) -> Sound:
        if self._context is None:
            if not data.startswith(b"OpusHead"):
                raise NotOgg("DATA-0000: no OpusHead")
            self.channels = data[9]
            self._context = av.CodecContext.create("opus", "r")
            self._context.extradata = data
            return np.zeros(0, np.float32)
        if not self._tags_seen:
            if not data.startswith(b"OpusTags"):
                raise NotOgg("DATA-0000: no OpusTags")
            self._tags_seen = True
            return np.zeros(0, np.float32)
        self.packets += 1
        frames = self._context.decode(av.Packet(data))
        return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in frames]).astype(np.float32)


def _packets(lacing: bytes, body: bytes) -> Iterator[bytes]:
    start = length = 0
    for value in lacing:
        length += value
        if value < 255:
            yield body[start : start + length]
            start, length = start + length, 0


@dataclass
class _Voice:
    """Where there is voice: windows of 20 ms above a loudness."""

    threshold: float = 0.01
    at_s: float = 0.0
    _rest: Sound = field(default_factory=lambda: np.zeros(0, np.float32))

    def windows(self, sound: Sound) -> Iterator[tuple[float, Sound, bool]]:
        self._rest = np.concatenate([self._rest, sound])
        while len(self._rest) >= 960:
            window, self._rest = self._rest[:960], self._rest[960:]
            yield self.at_s, window, float(np.sqrt(np.mean(window**2))) > self.threshold
            self.at_s += 0.02


class ScriptEars:
    """Speaks a script word by word, one for each `word_s` of voice; it knows no language, so any will do.

    The position in `script` outlives a connection: what was final is not said again.
    """

    def __init__(self, script: "Script", word_s: float = 0.35) -> None:
        self.voice_until_s = 0.0
        self._script = script
        self._said = 0
        self._word_s = word_s
        self._voice = _Voice()
        self._voiced_s = 0.0

    def hear(self, sound: Sound) -> list[HeardWord]:
        words = []
        for at_s, _window, loud in self._voice.windows(sound):
            if not loud:
                continue
            self.voice_until_s = at_s + 0.02
            self._voiced_s += 0.02
            if self._voiced_s >= self._word_s and (word := self._script.word(self._said)):
                words.append(HeardWord(word, self.voice_until_s - self._word_s, self.voice_until_s))
                self._said += 1
                self._voiced_s = 0.0
        return words

    def settle(self, words: int) -> None:
        self._script.position += words
        self._said -= words


@dataclass
class Script:
    words: Sequence[str]
    position: int = 0
    repeat: bool = True

    def word(self, ahead: int) -> str | None:
        index = self.position + ahead
        if not self.words or (index >= len(self.words) and not self.repeat):
            return None
        return self.words[index % len(self.words)]


FIRST_HZ, STEP_HZ = 300, 40


class ToneEars:
    """Understands a language of tones: a burst of `FIRST_HZ + n * STEP_HZ` is the word "n".

    So a test can say exactly which words are in the sound, and whether one was lost, doubled or cut.
    """

    def __init__(self) -> None:
        self.voice_until_s = 0.0
        self._voice = _Voice()
        self._burst: list[Sound] = []
        self._burst_at_s = 0.0

    def hear(self, sound: Sound) -> list[HeardWord]:
        words = []
        for at_s, window, loud in self._voice.windows(sound):
            if loud:
                if not self._burst:
                    self._burst_at_s = at_s
                self._burst.append(window)
                self.voice_until_s = at_s + 0.02
            elif self._burst:
                words.append(HeardWord(_tone(np.concatenate(self._burst)), self._burst_at_s, at_s))
                self._burst = []
        return words

    def settle(self, words: int) -> None:
        """Tones need no memory."""


def _tone(sound: Sound) -> str:
    if len(sound) < 0.06 * RATE_HZ:
        return "?"
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), n=RATE_HZ))
    return str(round((int(np.argmax(spectrum)) - FIRST_HZ) / STEP_HZ))
