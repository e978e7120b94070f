"""An interview's record, as evaluation reads it."""

from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID

import msgspec

from viva.evaluation.evidence import Said, Transcript
from viva.evaluation.model import RubricCriterion
from viva.evaluation.prompt import AnswerText
from viva.questions import Criterion
from viva.sessions import Record, Utterance, cleaned, identity_of, mask


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What is judged: the rubric and what was said, of one answer or of the whole.

    Questions and position are masked like the answers: a question may have been drafted from a résumé, and
    a title may have been typed by the candidate. `rubric_version` names the criteria by their content.
    """

    criteria: tuple[RubricCriterion, ...]
    rubric_version: str
    transcript: Transcript
    answers: tuple[AnswerText, ...]
    position: str
    language: str
    put_in: tuple[str, ...] = ()
    """What came from the candidate beside speech: questions drafted from their résumé, a title they typed."""

    @property
    def candidates_words(self) -> Iterator[str]:
        """Everything that a candidate may have put in, unmasked; staff's questions and titles are not."""
        yield from self.put_in
        yield from (run.text for run in self.transcript.runs)


def material_of(record: Record, question_id: UUID | None) -> Material:
    """Of one answer, or with None of everything that was answered."""
    identity = identity_of(record.session)
    transcript = Transcript(map(said_in, record.utterances), identity)
    if question_id is not None:
        transcript = transcript.only(question_id)

    def hidden(text: str) -> str:
        return mask(cleaned(text), identity).text

    criteria = tuple(map(_criterion, record.criteria))
    texts = (
        AnswerText(question=hidden(question.text), candidate_said=transcript.passages(question.id))
        for question in record.questions
        if question_id in {None, question.id}
    )
    return Material(
        criteria=criteria,
        rubric_version=rubric_version(criteria),
        transcript=transcript,
        answers=tuple(text for text in texts if text.candidate_said),
        position=hidden(record.session.position),
        language=record.session.language,
        put_in=tuple(_put_in(record, question_id)),
    )


def _put_in(record: Record, question_id: UUID | None) -> Iterator[str]:
    if record.session.title_is_the_candidates:
        yield cleaned(record.session.position)
    for question in record.questions:
        if question.is_from_resume and question_id in {None, question.id}:
            yield cleaned(question.text)


def rubric_version(criteria: tuple[RubricCriterion, ...]) -> str:
    """The first twelve digits of the SHA-256 of the criteria: same words and weights, same version."""
    return sha256(msgspec.json.encode(criteria)).hexdigest()[:12]


def said_in(utterance: Utterance) -> Said:
    """The candidate's correction counts where there is one, beside what was heard and how surely; its words
    have no times of their own.
    """
    heard = cleaned(utterance.text).strip()
    text = cleaned(utterance.corrected_text or "").strip() or heard
    corrected = text != heard
    return Said(
        seq=utterance.seq,
        question_id=utterance.question_id,
        text=text,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        by_candidate=utterance.speaker == "candidate",
        confidence=utterance.confidence,
        words=() if corrected else utterance.words,
        heard=heard if corrected else None,
    )


def _criterion(criterion: Criterion) -> RubricCriterion:
    return msgspec.convert(msgspec.to_builtins(criterion), RubricCriterion)
