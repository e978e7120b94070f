"""Whether one more question follows on an answer, and which: a model is asked only where the rules allow."""

from datetime import datetime

from viva.platform.database import Database
from viva.questions import Answered, FollowUps
from viva.room import director
from viva.sessions import Question, Session, Sessions, cleaned, identity_of, mask


class FollowingUp:
    """Reads what was asked and said, hides whose words they are, and asks for a follow-up.

    A question may have been drafted from a résumé, so it is masked like its answer (S35).
    """

    def __init__(self, database: Database, sessions: Sessions, model: FollowUps | None) -> None:
        self._database = database
        self._sessions = sessions
        self._model = model

    async def on(
        self, session: Session, question: Question | None, now: datetime, typed: str | None = None
    ) -> str | None:
        """The question to ask next, or None. `typed` is an answer that is not stored yet.

        Call it when the answer's words are stored, holding no unit of work; it takes
        `questions.following.READY_S` at most beside one short unit of work.
        """
        if self._model is None or question is None:
            return None
        if not director.may_follow_up(session, question, now):
            return None
        async with self._database.uow() as work:
            heard = await self._sessions.utterances(work, session.id)
            asked = await self._sessions.questions(work, session.id)
        said = " ".join(u.corrected_text or u.text for u in heard if u.question_id == question.id)
        words = f"{said} {typed or ''}".strip()
        if not words:
            return None
        identity = identity_of(session)

        def hidden(text: str) -> str:
            return mask(cleaned(text), identity).text

        answered = Answered(
            question=hidden(question.text),
            meant_to_show=tuple(map(hidden, question.what_good_shows)),
            said=hidden(words),
            language=session.language,
            account=session.account,
        )
        return await self._model.on(answered, [other.text for other in asked])
