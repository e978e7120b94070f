"""What the interview left behind: transcript, recording, scorecard; each is checked while it is shown."""

import asyncio
import io
import re
from collections import Counter
from typing import Any

import av
import click

from viva.cli.demo.api import Api
from viva.cli.demo.captions import clock
from viva.cli.demo.interview import Interview
from viva.cli.saying import CannotDo, say

_RESULTS_S = 120.0
_ASK_AGAIN_S = 0.5
_LEAST_SHARE = 0.8
"""Of what was said, how much has to be on the recording: the pauses between answers only add to it."""
_STATUS = {"ready": "ready", "needs_human": "a person has to look"}


def _heading(text: str) -> None:
    say("\n" + click.style(text, bold=True))


async def wait_for_results(api: Api, bearer: str, session_id: str) -> dict[str, Any]:
    """The results once they are no longer pending. Raises `CannotDo` when they failed or do not come."""
    for _ in range(round(_RESULTS_S / _ASK_AGAIN_S)):
        results = await api.read(bearer, f"/api/sessions/{session_id}/results")
        if results["status"] != "pending":
            break
        await asyncio.sleep(_ASK_AGAIN_S)
    if results["scorecard"] is None or results["status"] not in _STATUS:
        raise CannotDo(f"there is no scorecard: its status is {results['status']}.")
    return results


def show_transcript(transcript: dict[str, Any], interview: Interview) -> None:
    """What was written down, and how much of what was said it holds. Raises `CannotDo` if it is empty."""
    said = [one for one in transcript["utterances"] if one["speaker"] == "candidate"]
    if not said:
        raise CannotDo("the transcript is empty.")
    _heading("Transcript")
    for one in said:
        say(f"  {clock(one['start_ms'])}–{clock(one['end_ms'])}  {one['text']}")
    if interview.words:
        wanted, heard = _words(interview.words), _words(" ".join(one["text"] for one in said))
        say(f"  {(wanted & heard).total()} of {wanted.total()} words as they were spoken")


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def show_recording(recording: bytes, spoken_s: float) -> None:
    """Play it through a decoder. Raises `CannotDo` when it is missing, broken or too short."""
    if not recording:
        raise CannotDo("there is no recording.")
    try:
        heard_s = _decoded_s(recording)
    except (av.error.FFmpegError, IndexError):
        raise CannotDo("the recording does not play.") from None
    if heard_s < _LEAST_SHARE * spoken_s:
        raise CannotDo(f"the recording holds {heard_s:.0f} s of sound, but {spoken_s:.0f} s were spoken.")
    _heading("Recording")
    say(f"  {len(recording) / 1000:.0f} kB, {heard_s:.0f} s of sound, plays from beginning to end")


def _decoded_s(recording: bytes) -> float:
    with av.open(io.BytesIO(recording), "r") as file:
        samples = sum(frame.samples for frame in file.decode(file.streams.audio[0]))
        return samples / file.streams.audio[0].rate


def show_results(results: dict[str, Any]) -> None:
    """The scorecard with its quotes."""
    card = results["scorecard"]
    _heading(f"Scorecard, a draft for a person: {_STATUS[results['status']]}")
    if card["message"]:
        say(f"  {card['message']}")
    for criterion in card["criteria"]:
        say(f"  {click.style(criterion['title'], bold=True)}  {criterion['level_text']}")
        for evidence in criterion["evidence"]:
            say(f"      {clock(evidence['start_ms'])}  “{evidence['quote']}”")
