"""An engine that is there and slow: what is not sent in time is missed, all the rest stays in its place."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stt.conftest import Events
from tests.support.virtual_time import VirtualTimeLoop

from viva.audio import AudioFormat, AudioPacket, SpeechRestored, SpeechResult, SpeechTrouble, Word
from viva.stt import Missed, Relay, RelayTimes, StreamOptions
from viva.stt.errors import StreamLost
from viva.stt.port import EngineName, TranscriberStream

PACKET_MS = 60
PACKETS = 10
WORD_MS = PACKETS * PACKET_MS
FORMAT = AudioFormat()


class Stream:
    """Understands packets that say which part of which word they are; says a word when its end is there."""

    engine: EngineName = "local"

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._position_ms = 0
        self._word: list[AudioPacket] = []
        self._lost = False
        self._due: asyncio.Queue[SpeechResult | None] = asyncio.Queue()

    async def send(self, packets: Sequence[AudioPacket]) -> None:
        await self._engine.open.wait()
        self._require_connection()
        for packet in packets:
            self._position_ms += PACKET_MS
            self._word.append(packet)
            if packet.data.endswith(b"E"):
                said = packet.data.split(b":")[0].decode()
                self._say(said if len(self._word) > PACKETS // 2 else "")

    def _say(self, text: str, *, forced: bool = False) -> None:
        start_ms, end_ms = self._position_ms - len(self._word) * PACKET_MS, self._position_ms
        words = (Word(text, start_ms, end_ms, 1.0),) if text else ()
        self._due.put_nowait(SpeechResult(text, True, start_ms, end_ms, 1.0, words, forced))
        self._word = []

    async def finalize(self) -> None:
        self._require_connection()
        self._say("", forced=True)

    async def keep_alive(self) -> None:
        self._require_connection()

    async def end(self) -> None:
        self._require_connection()
        self._due.put_nowait(None)

    def lose(self) -> None:
        """The connection ends; what was not delivered never is."""
        self._lost = True
        self._due.put_nowait(None)

    def _require_connection(self) -> None:
        if self._lost:
            raise StreamLost(reason="lost")

    async def results(self) -> AsyncIterator[SpeechResult]:
        while (result := await self._due.get()) is not None:
            await self._engine.answers.wait()
            self._require_connection()
            yield result
        self._require_connection()


class Engine:
    """Takes nothing while not `open`, says nothing while not `answers`, opens nothing while `away`."""

    name: EngineName = "local"

    def __init__(self) -> None:
        self.open, self.answers = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.answers.set()
        self.away = False
        self.streams: list[Stream] = []

    def lose_stream(self) -> None:
        """The one of the moment, if there is one."""
        if self.streams:
            self.streams[-1].lose()

    async def __aenter__(self) -> "Engine":
        return self

    async def __aexit__(self, *_exc: object) -> None: ...

    @asynccontextmanager
    async def session(self, _options: StreamOptions) -> AsyncIterator[TranscriberStream]:
        if self.away:
            raise StreamLost(reason="away")
        self.streams.append(Stream(self))
        yield self.streams[-1]


class Talk:
    """Says words, and knows where each of them was said."""

    def __init__(self, engine: Engine, ring_ms: int = 3_000) -> None:
        self.engine = engine
        self.events = Events()
        self.missed: list[Missed] = []
        self.said = 0
        times = RelayTimes(ring_ms=ring_ms, send_timeout_s=60)
        self.relay = Relay(engine, StreamOptions(language="en"), self.events.take, times=times)

    def say_packet(self, part: int, of_word: int) -> None:
        at_ms = of_word * WORD_MS + part * PACKET_MS
        data = f"{of_word}:{'E' if part == PACKETS - 1 else 'm'}".encode()
        self.relay.feed(AudioPacket(FORMAT, at_ms * 48, PACKET_MS * 48, data, float(at_ms)), at_ms)

    async def say(self, words: int) -> None:
        """In no time, but the line gets its turns."""
        for _ in range(words):
            for part in range(PACKETS):
                self.say_packet(part, self.said)
                await asyncio.sleep(0)
            self.said += 1

    async def end_answer(self, timeout_s: float) -> bool:
        """As an interview does it."""
        complete = await self.relay.finalize(timeout_s)
        if not complete:
            self.relay.give_up()
        self.missed += self.relay.take_missed()
        return complete

    def differences(self) -> list[str]:
        """What was lost, doubled or put in another place; a word is missed when its middle is."""
        missed = [*self.missed, *self.relay.missed]
        heard = [(int(word.text), word) for final in self.events.finals for word in final.words]
        found = []
        for word in range(self.said):
            middle_ms = word * WORD_MS + WORD_MS / 2
            times = sum(number == word for number, _ in heard)
            times += sum(span.start_ms <= middle_ms < span.end_ms for span in missed)
            found += [] if times == 1 else [f"{word}: {times} times"]
        away = [n for n, word in heard if abs((word.start_ms + word.end_ms) / 2 - (n + 0.5) * WORD_MS) > 300]
        return found + [f"{number}: in another place" for number in away]


async def test_F04_after_unsent_sound_was_given_up_nothing_is_lost_doubled_or_misplaced() -> None:
    """The engine takes nothing for a moment, just when an answer ends."""
    talk = Talk(Engine())
    async with talk.relay:
        await talk.say(3)
        assert await talk.end_answer(20)
        talk.engine.open.clear()
        await talk.say(3)
        assert not await talk.end_answer(0.05)
        assert talk.missed
        talk.engine.open.set()
        await talk.say(7)
        assert await talk.end_answer(20), "and what follows is complete again"
    assert talk.differences() == []
    assert len(talk.missed) == 1
    assert len(talk.engine.streams) == 2


async def test_F04_after_the_ring_overflowed_with_unsent_sound_words_are_heard_live_again() -> None:
    talk = Talk(Engine())
    async with talk.relay:
        await talk.say(3)
        assert await talk.end_answer(20)
        talk.engine.open.clear()
        await talk.say(10)
        talk.engine.open.set()
        await talk.say(7)
        assert await talk.end_answer(20)
    assert talk.differences() == []
    assert set(map(str, range(13, 20))) <= set(talk.events.words)


async def test_F04_a_late_answer_to_an_earlier_request_does_not_end_a_later_one() -> None:
    """A word that is still under way would be taken for the silence that engines leave out."""
    talk = Talk(Engine())
    async with talk.relay:
        await talk.say(2)
        talk.engine.answers.clear()
        assert not await talk.end_answer(0.05)
        await talk.say(1)
        ending = asyncio.create_task(talk.end_answer(20))
        await asyncio.sleep(0)
        talk.engine.answers.set()
        assert await ending
    assert talk.differences() == []
    assert talk.events.words[-1:] == ["2"]


async def test_F04_a_stream_that_comes_back_is_asked_to_finish_where_that_was_wished() -> None:
    """Whoever goes on to the next answer may be in the middle of a word by then: it would be cut in two."""
    talk = Talk(Engine())
    async with talk.relay:
        await talk.say(2)
        talk.engine.away = True
        talk.engine.lose_stream()
        await talk.say(1)
        ending = asyncio.create_task(talk.relay.finalize(20))
        await asyncio.sleep(0)
        for part in range(PACKETS - 2):
            talk.say_packet(part, talk.said)
        await talk.events.until(lambda told: any(isinstance(each, SpeechTrouble) for each in told))
        talk.engine.away = False
        assert await ending
        for part in range(PACKETS - 2, PACKETS):
            talk.say_packet(part, talk.said)
        talk.said += 1
        assert await talk.end_answer(20)
    assert talk.differences() == []
    assert talk.events.words == ["0", "1", "2", "3"]


async def test_F04_what_was_wished_before_the_next_word_began_cuts_nothing_of_it() -> None:
    """However late it is asked for, as the last words of an answer are when the next one has begun."""
    talk = Talk(Engine())
    async with talk.relay:
        await talk.say(2)
        wish = talk.relay.wish()
        for part in range(PACKETS - 2):
            talk.say_packet(part, talk.said)
        assert await talk.relay.finalize(20, wish=wish, else_missed=True)
        for part in range(PACKETS - 2, PACKETS):
            talk.say_packet(part, talk.said)
        talk.said += 1
        assert await talk.end_answer(20)
    assert talk.differences() == []
    assert talk.events.words == ["0", "1", "2"]


def test_F07_an_engine_that_is_back_after_a_long_outage_is_waited_for_and_told_of_when_it_answers() -> None:
    async def scene() -> None:
        talk = Talk(Engine(), ring_ms=120_000)
        async with talk.relay:
            talk.engine.away = True
            talk.engine.answers.clear()
            await talk.say(2)
            await talk.events.until(lambda told: SpeechTrouble("unavailable", retryable=True) in told)
            assert not await talk.relay.finalize(20), "nobody waits for that"
            talk.engine.away = False
            await asyncio.sleep(20)
            assert len(talk.engine.streams) == 1
            ending = asyncio.create_task(talk.end_answer(20))
            await asyncio.sleep(0)
            assert SpeechRestored() not in talk.events
            talk.engine.answers.set()
            assert await ending
        assert talk.events.words == ["0", "1"]
        told = [event.code if isinstance(event, SpeechTrouble) else type(event) for event in talk.events]
        assert told[:4] == ["reconnecting", "unavailable", SpeechRestored, SpeechResult]

    on_virtual_time(scene())


STEPS = st.sampled_from(
    ["say", "say", "say", "slow", "quick", "mute", "answer", "lose", "away", "back", "end", "hurry", "wait"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_F32_an_engine_slow_at_any_moment_costs_no_word_and_doubles_none(steps: list[str]) -> None:
    async def scene() -> None:
        talk = Talk(Engine())
        engine = talk.engine
        async with talk.relay, asyncio.TaskGroup() as hurrying:
            for step in steps:
                match step:
                    case "say":
                        await talk.say(1)
                    case "slow":
                        engine.open.clear()
                    case "quick":
                        engine.open.set()
                    case "mute":
                        engine.answers.clear()
                    case "answer":
                        engine.answers.set()
                    case "lose":
                        engine.lose_stream()
                    case "away" | "back":
                        engine.away = step == "away"
                    case "end":
                        await talk.end_answer(0.5)
                    case "hurry":
                        hurrying.create_task(talk.relay.finalize(3, else_missed=True))
                        await asyncio.sleep(0)
                    case _:
                        await asyncio.sleep(1)
            engine.open.set()
            engine.answers.set()
            engine.away = False
            await talk.say(1)
            await asyncio.sleep(1)
            assert await talk.end_answer(60)
        assert talk.differences() == []

    on_virtual_time(scene())


def on_virtual_time(scene: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(scene)
