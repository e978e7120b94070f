"""An interview's record, as evaluation reads it."""

from uuid import UUID

import msgspec

from viva.evaluation.cleaning import cleaned
from viva.evaluation.evidence import Said, Transcript
from viva.evaluation.masking import Identity
from viva.evaluation.model import RubricCriterion
from viva.evaluation.prompt import AnswerText
from viva.questions import Criterion
from viva.sessions import Question, Record, Utterance


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What is judged: the rubric and what was said, of one answer or of the whole."""

    criteria: tuple[RubricCriterion, ...]
    transcript: Transcript
    answers: tuple[AnswerText, ...]
    position: str
    language: str


def material_of(record: Record, question_id: UUID | None) -> Material:
    """Of one answer, or with None of everything that was answered."""
    identity = Identity(name=cleaned(record.session.user_name), email=cleaned(record.session.email or ""))
    transcript = Transcript(map(_said, record.utterances), identity)
    if question_id is not None:
        transcript = transcript.only(question_id)
    texts = (
        AnswerText(question=question.text, candidate_said=transcript.passages(question.id))
        for question in record.questions
        if question_id in {None, question.id}
    )
    return Material(
        criteria=tuple(map(_criterion, record.criteria)),
        transcript=transcript,
        answers=tuple(text for text in texts if text.candidate_said),
        position=record.session.position,
        language=record.session.language,
    )


def question_of(record: Record, question_id: UUID) -> Question | None:
    """The question, if it is one of this interview."""
    return next((question for question in record.questions if question.id == question_id), None)


def _said(utterance: Utterance) -> Said:
    """The candidate's correction counts where there is one; its words have no times of their own."""
    corrected = utterance.corrected_text
    return Said(
        seq=utterance.seq,
        question_id=utterance.question_id,
        text=cleaned(corrected or utterance.text).strip(),
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        by_candidate=utterance.speaker == "candidate",
        confidence=None if corrected else utterance.confidence,
        words=() if corrected else utterance.words,
    )


def _criterion(criterion: Criterion) -> RubricCriterion:
    return msgspec.convert(msgspec.to_builtins(criterion), RubricCriterion)
