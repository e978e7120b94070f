"""What the language model is asked. Pure; a golden test holds every character.

Instructions and rubric stand in the system part alone. What the candidate said is data: JSON in a block of
its own that no text can close, since the signs that would close it are escaped. The words of the
instructions are in `instructions`, by version.
"""

import hashlib
import json
from typing import Any

import msgspec

from viva.evaluation.instructions import ANSWER_TASK, CURRENT, TELLS_EVIDENCE, VERSIONS, WHOLE_TASK
from viva.evaluation.judgement import NO_JSON
from viva.evaluation.model import LEVELS, RubricCriterion
from viva.platform.language_model import Ask
from viva.platform.settings import Settings, SettingsError
from viva.sessions import cleaned

ANSWER_TOKENS = 3000
WHOLE_TOKENS = 6000
ANSWER_TIMEOUT_S = 60.0
WHOLE_TIMEOUT_S = 120.0

_LANGUAGES = {"ko": "Korean", "en": "English"}
_OPEN, _CLOSE = "<interview_data>", "</interview_data>"
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


class Wording(msgspec.Struct, frozen=True):
    """Which instructions are used, and by which model if not by the one that is set up."""

    version: str = CURRENT
    model: str = ""


CURRENT_WORDING = Wording()


def wording_of(settings: Settings) -> Wording:
    """The instructions that are set. Raises `SettingsError` where there are none of that version."""
    version = settings.prompt_version or CURRENT
    if version not in VERSIONS:
        raise SettingsError(f"VIVA_PROMPT_VERSION must be one of {', '.join(VERSIONS)}.")
    return Wording(version)


class AnswerText(msgspec.Struct, frozen=True, kw_only=True):
    """A question and what was said to it, masked."""

    question: str
    candidate_said: list[str]


def ask_about_answer(
    criteria: tuple[RubricCriterion, ...],
    answer: AnswerText,
    *,
    position: str,
    language: str,
    wording: Wording = CURRENT_WORDING,
) -> Ask:
    """The question about one answer."""
    return Ask(
        purpose="evaluate_answer",
        system=_system(criteria, language, wording.version),
        task=ANSWER_TASK,
        user=_user({"position": cleaned(position), "answers": [_answer(answer)]}),
        schema=_schema(criteria),
        max_tokens=ANSWER_TOKENS,
        timeout_s=ANSWER_TIMEOUT_S,
        model=wording.model,
    )


def ask_about_whole(
    criteria: tuple[RubricCriterion, ...],
    answers: list[AnswerText],
    *,
    position: str,
    language: str,
    wording: Wording = CURRENT_WORDING,
) -> Ask:
    """The question about the whole interview. It knows nothing of earlier readings: drafts are independent.

    Instructions and schema are those of the single answers, so that the vendor has them at hand.
    """
    return Ask(
        purpose="draft_scorecard",
        system=_system(criteria, language, wording.version),
        task=WHOLE_TASK,
        user=_user({"position": cleaned(position), "answers": [_answer(a) for a in answers]}),
        schema=_schema(criteria),
        max_tokens=WHOLE_TOKENS,
        timeout_s=WHOLE_TIMEOUT_S,
        model=wording.model,
    )


def repaired(ask: Ask, problem: str) -> Ask:
    """The same question once more, saying what was wrong; the unusable answer itself is not sent back."""
    note = (
        f"{ask.task}\n\nAn earlier answer could not be used: {problem}. Answer again, exactly by the schema."
    )
    by_tool = ask.by_tool or problem == NO_JSON
    return msgspec.structs.replace(ask, task=note.strip(), max_tokens=ask.max_tokens * 2, by_tool=by_tool)


def data_block(data: Any) -> str:
    """`data` as JSON in a block that cannot be closed from within; reading it back gives `data` (S28)."""
    text = json.dumps(data, ensure_ascii=False, separators=(", ", ": ")).translate(_ESCAPES)
    return f"{_OPEN}\n{text}\n{_CLOSE}"


def prompt_hash(ask: Ask) -> str:
    """SHA-256 of everything that is not the candidate's."""
    return _sha256(ask.system, ask.task, json.dumps(ask.schema, sort_keys=True, ensure_ascii=False))


def input_hash(ask: Ask) -> str:
    """SHA-256 of everything that is."""
    return _sha256(ask.user)


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _answer(answer: AnswerText) -> dict[str, Any]:
    return {
        "question": cleaned(answer.question),
        "candidate_said": [cleaned(text) for text in answer.candidate_said],
    }


def _user(data: dict[str, Any]) -> str:
    return f"Read this interview by the criteria and answer by the schema.\n\n{data_block(data)}"


def _system(criteria: tuple[RubricCriterion, ...], language: str, version: str) -> str:
    rules = VERSIONS[version].format(levels=", ".join(LEVELS), language=_LANGUAGES[language])
    told = [_criterion(criterion, evidence=version in TELLS_EVIDENCE) for criterion in criteria]
    rubric = json.dumps(told, ensure_ascii=False, indent=1)
    return f"{rules}\n\nCriteria:\n{rubric}"


def _criterion(criterion: RubricCriterion, *, evidence: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"key": criterion.key, "title": cleaned(criterion.title)}
    if criterion.description:
        described["description"] = cleaned(criterion.description)
    if len(criterion.anchors) == len(LEVELS):
        described["levels"] = dict(zip(LEVELS, criterion.anchors, strict=True))
    elif criterion.anchors:
        described["levels_lowest_first"] = list(criterion.anchors)
    if evidence and criterion.evidence:
        described["counts_as_evidence"] = [cleaned(point) for point in criterion.evidence]
    return described


def _schema(criteria: tuple[RubricCriterion, ...]) -> dict[str, Any]:
    """One schema for answers and wholes: a vendor keeps instructions only together with it."""
    quotes = {"type": "array", "items": {"type": "string"}}
    finding = _object(
        key={"type": "string", "enum": [criterion.key for criterion in criteria]},
        level={"type": "string", "enum": [*LEVELS, "not_scored"]},
        reason={"type": "string"},
        quotes=quotes,
    )
    kind = {"type": "string", "enum": ["strength", "concern"]}
    claim = _object(kind=kind, text={"type": "string"}, quotes=quotes)
    return _object(criteria={"type": "array", "items": finding}, claims={"type": "array", "items": claim})


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
