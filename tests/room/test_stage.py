"""Every final reaches the screens once, whoever stored it and however late we hear of it."""

from types import SimpleNamespace

import msgspec
from tests.evaluation.interviews import interview

from viva.events import UtteranceHeard
from viva.room.screen import Frame
from viva.room.stage import Stage
from viva.sessions import Sessions


class Seen:
    """A watching screen."""

    may_act = False

    def __init__(self) -> None:
        self.finals: list[str] = []

    def give(self, frame: Frame) -> None:
        shown = msgspec.json.decode(frame.text)
        self.finals.append(shown["text"])


async def test_F20_a_final_that_another_process_stored_earlier_is_shown_after_ours(database, clock):
    sessions = Sessions()
    talk = await interview(database, clock, spoken=["theirs", "ours"])
    async with database.uow() as work:
        session = msgspec.structs.replace(await sessions.get(work, talk.session_id), last_seq=0)
        theirs, ours = await sessions.utterances(work, talk.session_id)
    stage = Stage(SimpleNamespace(database=database, sessions=sessions, clock=clock), session, ())
    seen = Seen()
    stage.admit(seen)
    stage.show_final(ours, 0.0)
    assert stage.lacks(theirs.seq)
    for _ in range(2):
        await stage.hear_of(UtteranceHeard(session_id=talk.session_id, seq=theirs.seq))
    assert seen.finals == ["ours", "theirs"]
    assert not stage.lacks(theirs.seq)


async def test_a_trouble_is_told_to_whoever_comes_in_as_long_as_it_lasts(database, clock):
    sessions = Sessions()
    talk = await interview(database, clock)
    async with database.uow() as work:
        session = await sessions.get(work, talk.session_id)
        questions = await sessions.questions(work, talk.session_id)
    stage = Stage(SimpleNamespace(database=database, sessions=sessions, clock=clock), session, questions)
    voice = SimpleNamespace(engine="deepgram", connected=True, muted=False)

    def told() -> list[str]:
        return [trouble.code for trouble in stage.state(voice).troubles]

    assert told() == []
    for code in ("captions_reconnecting", "recording_video_stopped", "captions_unavailable"):
        stage.show_trouble(code, "Captions are back.")
    assert told() == ["recording_video_stopped", "captions_unavailable"]
    stage.show_trouble("captions_restored", "Captions are back.")
    stage.show_trouble("recording_recovered", "The recording works again.")
    assert told() == []
