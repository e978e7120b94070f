"""Answers that nobody gave in an interview, read as an interview is: what measurements stand on.

No database and no budget: whoever lets a model read them says beforehand what that costs (`cost_of`).
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from viva.evaluation import agreement
from viva.evaluation.evidence import Said, Transcript
from viva.evaluation.material import Material, rubric_version
from viva.evaluation.model import Findings, RubricCriterion, without_judgement
from viva.evaluation.prompt import AnswerText
from viva.evaluation.reading import Reader, Request
from viva.evaluation.store import Tries, Try
from viva.platform.budget import Budgets
from viva.platform.language_model import Ask, ModelUnavailable
from viva.questions import Language, built_in_bank
from viva.sessions import Identity, cleaned

_BYTES_PER_TOKEN = 3
"""Of English a token is about four bytes, of Korean about three: this errs on the dear side."""
_TOKENS_PER_CRITERION = 150
"""What a level with its reason and quotes takes, roughly."""
_QUESTION = UUID(int=1)


class Cost(msgspec.Struct, frozen=True):
    """Of calls that were not made yet: tokens as estimated, and the most that they can be."""

    calls: int
    tokens: int
    tokens_at_most: int


class Read(msgspec.Struct, frozen=True):
    """One reading: what the drafts say together, and what of it is shown once viva has looked at it."""

    given: Findings
    shown: Findings


def rubric_of(language: Language, *keys: str) -> tuple[RubricCriterion, ...]:
    """These criteria of the default rubric. Raises `KeyError` where there is no such criterion."""
    rubric = built_in_bank().rubric(language)
    return tuple(msgspec.convert(msgspec.to_builtins(rubric[key]), RubricCriterion) for key in keys)


def transcript_of(text: str, *, name: str = "") -> Transcript:
    """One spoken answer of somebody called `name`."""
    said = Said(seq=1, question_id=_QUESTION, text=cleaned(text).strip(), start_ms=0, end_ms=1)
    return Transcript([said], Identity(name=cleaned(name)))


def material_of_answer(
    criteria: tuple[RubricCriterion, ...],
    transcript: Transcript,
    *,
    language: Language,
    question: str,
    position: str,
) -> Material:
    """An interview of this one answer."""
    answer = AnswerText(question=question, candidate_said=transcript.passages())
    return Material(
        criteria=criteria,
        rubric_version=rubric_version(criteria),
        transcript=transcript,
        answers=(answer,),
        position=position,
        language=language,
    )


async def read(reader: Reader, request: Request) -> Read:
    """Let the model read it. Raises `ModelUnavailable` where it is away."""
    drafted: list[Findings] = []

    async def keep(_attempted: Try, findings: Findings | None) -> None:
        if findings is not None:
            drafted.append(findings)

    reading = await reader.read(request, Tries(), keep)
    if reading.findings is None:
        raise ModelUnavailable(retry_after_s=reading.retry_after_s)
    if agreement.enough(len(drafted), request.wanted):
        return Read(agreement.combined(drafted, asked=request.wanted), reading.findings)
    return Read(without_judgement("unusable_answer"), reading.findings)


def cost_of(requests: Iterable[Request]) -> Cost:
    """What reading all of these costs, without what has to be asked twice."""
    asks = [ask for request in requests for ask in [request.ask()] * request.wanted]
    criteria = [len(_keys(ask)) for ask in asks]
    written = _TOKENS_PER_CRITERION * sum(criteria)
    return Cost(len(asks), sum(map(_read_tokens, asks)) + written, Budgets().most(asks).tokens)


def _keys(ask: Ask) -> Sequence[str]:
    keys: list[str] = ask.schema["properties"]["criteria"]["items"]["properties"]["key"]["enum"]
    return keys


def _read_tokens(ask: Ask) -> int:
    return len(f"{ask.system}{ask.task}{ask.user}{ask.schema}".encode()) // _BYTES_PER_TOKEN
