"""The interview itself: consent, live channel, sound, and on from question to question."""

from typing import Any

import msgspec

from viva.cli.demo.api import Api, is_local
from viva.cli.demo.captions import Captions
from viva.cli.demo.channel import Channel, State
from viva.cli.demo.speech import Spoken
from viva.cli.saying import CannotDo
from viva.media import Answer, ConnectFailed, Offer, PublishingClient

_STATE_S = 30.0
_SETTLE_S = 60.0
"""A slow machine recognises the end of an answer in its own time."""
_PACKET_S = 0.02


class Interview(msgspec.Struct):
    """What was said into it and what came back as captions."""

    spoken: list[Spoken]
    captions: Captions

    @property
    def spoken_s(self) -> float:
        """Seconds of sound that were sent."""
        return sum(len(answer.packets) for answer in self.spoken) * _PACKET_S

    @property
    def words(self) -> str:
        """What was really said, as far as that is known."""
        return " ".join(answer.words for answer in self.spoken)


async def hold(api: Api, made: dict[str, Any], answers: tuple[Spoken, ...]) -> Interview:
    """Answer the first questions with `answers` and pass on the rest. Raises `CannotDo`."""
    interview = Interview([], Captions())
    session_path, bearer = f"/api/sessions/{made['id']}", made["candidate_token"]
    await _consent(api, session_path, bearer, made["language"])
    address = f"{api.live_address}{session_path}/live"
    channel = await Channel.open(address, bearer, interview.captions, proxy=not is_local(api.address))
    async with channel, PublishingClient() as client:
        state = await channel.until(lambda state: True, "the interview's state", _STATE_S)
        if state["stt"] == "off":
            raise CannotDo("the server has no speech recognition (`viva doctor` says why); nothing to show.")
        await _connect(api, session_path, bearer, client)
        while state["status"] != "completed":
            state = await _one_question(channel, client, state, interview, answers)
    if not interview.captions.finals:
        raise CannotDo("nothing that was said was recognised.")
    return interview


async def _consent(api: Api, session_path: str, bearer: str, language: str) -> None:
    notice = await api.read(bearer, f"/api/notice?language={language}")
    decision = {"notice_version": notice["notice_version"], "recording": True, "ai_evaluation": True}
    await api.send(bearer, f"{session_path}/consent", decision)


async def _connect(api: Api, session_path: str, bearer: str, client: PublishingClient) -> None:
    async def exchange(offer: Offer) -> Answer:
        return msgspec.convert(await api.send(bearer, f"{session_path}/offer", offer), Answer)

    try:
        await client.connect(exchange)
    except ConnectFailed as error:
        raise CannotDo(f"{error}: is the server's UDP port reachable from here?") from None


async def _one_question(
    channel: Channel,
    client: PublishingClient,
    state: State,
    interview: Interview,
    answers: tuple[Spoken, ...],
) -> State:
    """Ask, answer or pass; the state after it."""
    question = state["question"]
    interview.captions.tell(f"\n{question['order']}/{state['question_count']}  {question['text']}")
    if len(interview.spoken) == len(answers):
        interview.captions.tell("  (passed on: the demo has no more answers)")
        await channel.send("next")
    else:
        answer = answers[len(interview.spoken)]
        interview.spoken.append(answer)
        await channel.send("start_answer", question_id=question["id"])
        await channel.until(lambda state: state["answering"], "the start of the answer", _STATE_S)
        await client.play(answer.packets)
        await channel.send("finish_answer")
    return await channel.until(
        lambda now: now["question_id"] != question["id"] or now["status"] == "completed",
        "the next question",
        _SETTLE_S,
    )
