"""A fake of the vendor for load: speaks its wire protocol, counts what it gets, recognises nothing.

`python -m tests.benchmarks.vendor` prints its URL, then obeys lines on its standard input: `begin` forgets
the times measured so far; it and `end` are answered with them and every count as JSON; the end of the
input ends it.

It reads each Ogg page's granule position (so it knows stream time without decoding) and the stamp at the end
of its last packet, sends an interim after every second of sound and a final after every third one, each with
the words that a person would have said by then, and a stamp as the last of them. With `--silent` its finals
say how far it is and hold no words, as in an interview where nobody speaks.
"""

import argparse
import asyncio
import struct
import sys

import msgspec
from tests.benchmarks.model import Spread, age_ms, spread, stamp_word
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

RATE_HZ = 48_000
INTERIM_EVERY = RATE_HZ
FINAL_EVERY = 3 * RATE_HZ
WORDS_PER_S = 2.5
_SAID = ("we", "measured", "the", "slow", "query", "first", "and", "then", "added", "an", "index")
_GRANULE = struct.Struct("<q")
_PCM_BYTES_PER_SAMPLE = 2 / 3
"""The original's design sends 16-bit samples at 16 kHz: two bytes for three samples at 48 kHz."""


class Told(msgspec.Struct):
    """What the vendor says when asked: the times of the window, and the counts since it began."""

    uplink_ms: Spread
    pages: int = 0
    bytes: int = 0
    finals: int = 0


class Vendor:
    """Everything that is counted, over all connections."""

    def __init__(self, *, silent: bool = False) -> None:
        self.silent = silent
        self.uplinks_ms: list[float] = []
        self.pages = self.bytes = self.finals = 0

    def tell(self) -> Told:
        """The window and the totals."""
        return Told(spread(self.uplinks_ms), self.pages, self.bytes, self.finals)

    async def converse(self, connection: ServerConnection) -> None:
        """One stream, from the first page to the close."""
        assert connection.request is not None
        stream = Stream(self, connection, pcm="linear16" in connection.request.path)
        try:
            async for message in connection:
                if isinstance(message, bytes):
                    await stream.hear(message)
                elif await stream.obey(msgspec.json.decode(message)["type"]):
                    return
        except ConnectionClosed:
            return


class Stream:
    """One connection's stream time and what was said about it."""

    def __init__(self, vendor: Vendor, connection: ServerConnection, *, pcm: bool) -> None:
        self._vendor = vendor
        self._connection = connection
        self._pcm = pcm
        self._heard = 0
        self._interim_at = self._final_at = 0

    async def hear(self, data: bytes) -> None:
        """Take a page (or raw samples) and answer when it is time."""
        vendor = self._vendor
        vendor.pages += 1
        vendor.bytes += len(data)
        if self._pcm:
            self._heard += round(len(data) / _PCM_BYTES_PER_SAMPLE)
        else:
            vendor.uplinks_ms.append(age_ms(data))
            self._heard = _GRANULE.unpack_from(data, data.rfind(b"OggS") + 6)[0]
        if self._heard - self._final_at >= FINAL_EVERY:
            await self._say(is_final=True)
        elif self._heard - self._interim_at >= INTERIM_EVERY and not vendor.silent:
            await self._say(is_final=False)

    async def obey(self, kind: str) -> bool:
        """Follow a control message; True when it was the last."""
        if kind == "Finalize":
            await self._say(is_final=True, forced=True)
        if kind != "CloseStream":
            return False
        await self._say(is_final=True)
        await self._connection.send('{"type":"Metadata","request_id":"load"}')
        await self._connection.close()
        return True

    async def _say(self, *, is_final: bool, forced: bool = False) -> None:
        start_s, end_s = self._final_at / RATE_HZ, self._heard / RATE_HZ
        count = 0 if self._vendor.silent else round((end_s - start_s) * WORDS_PER_S)
        words = [*(_SAID[number % len(_SAID)] for number in range(count)), stamp_word()] if count else []
        self._interim_at = self._heard
        if is_final:
            self._final_at = self._heard
            self._vendor.finals += bool(words)
        await self._connection.send(_result(words, start_s, end_s, is_final=is_final, forced=forced))


def _result(words: list[str], start_s: float, end_s: float, *, is_final: bool, forced: bool) -> str:
    step_s = (end_s - start_s) / max(1, len(words))
    heard = [
        {
            "word": word,
            "punctuated_word": word,
            "start": start_s + number * step_s,
            "end": start_s + (number + 1) * step_s,
            "confidence": 0.98,
        }
        for number, word in enumerate(words)
    ]
    alternative = {"transcript": " ".join(words), "confidence": 0.98, "words": heard}
    message = {
        "type": "Results",
        "channel_index": [0, 1],
        "start": start_s,
        "duration": end_s - start_s,
        "is_final": is_final,
        "speech_final": is_final,
        "from_finalize": forced,
        "channel": {"alternatives": [alternative]},
        "metadata": {"request_id": "load", "model_uuid": "load", "model_info": {}},
    }
    return msgspec.json.encode(message).decode()


async def _main(*, silent: bool) -> None:
    vendor = Vendor(silent=silent)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with serve(vendor.converse, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        _print(f"ws://127.0.0.1:{port}")
        while line := await lines.readline():
            if line.strip() == b"begin":
                vendor.uplinks_ms.clear()
            _print(msgspec.json.encode(vendor.tell()).decode())


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--silent", action="store_true")
    asyncio.run(_main(silent=parser.parse_args().silent))
