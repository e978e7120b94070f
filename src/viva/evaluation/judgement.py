"""From a model's raw answer to findings that can be trusted, or to the word that says why there are none.

Pure and strict: an unknown field, criterion or level, a repeated key or a reason in another script makes the
whole answer unusable. A quote that the candidate did not say is dropped, and what rests on it goes with it.
"""

import json
import re
from typing import Annotated, Any, Literal

import msgspec

from viva.evaluation.cleaning import plain, weight
from viva.evaluation.evidence import SHORTEST_QUOTE, Evidence, Transcript
from viva.evaluation.model import (
    CONFIDENCE_MIN,
    Claim,
    CriterionResult,
    Findings,
    Level,
    RubricCriterion,
    concluded,
)
from viva.sessions import cleaned

_Quotes = Annotated[list[Annotated[str, msgspec.Meta(max_length=2000)]], msgspec.Meta(max_length=8)]
_Words = Annotated[str, msgspec.Meta(max_length=1500)]

_QUOTED = (
    # The closing mark may be missing: then everything behind the opening one is meant.
    re.compile(r"[\"“”„‟＂「『«《〈`]([^\"“”„‟＂「」『』«»《》〈〉`]+)(?:[\"“”„‟＂」』»》〉`]|$)"),
    # Single marks are apostrophes too: one between Latin letters neither opens nor closes.
    re.compile(r"(?<!\w)['‘‚]((?:[^'‘’‚]|(?<=\w)['’](?=[A-Za-z]))+)['’](?![A-Za-z0-9])"),
)
"""Korean reasons quote in single marks as a rule, with a particle behind the closing one."""
_PUNCTUATION = " .,!?…;:"
_EMPHASIS = re.compile(r"(?=.*[가-힣])(?!.*[다요죠까네함음임됨]$).{1,12}")
"""Korean puts a term into single marks to stress it; what ends like a sentence is a quotation."""
_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")


NO_JSON = "it was not JSON"
_MISFIT = "it did not fit the schema"


class Unusable(Exception):
    """The answer is not what was asked for; the text says what is wrong, without repeating the answer."""


class _Finding(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    level: Level | Literal["not_scored"]
    reason: _Words
    quotes: _Quotes


class _Claim(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["strength", "concern"]
    text: _Words
    quotes: _Quotes


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    criteria: Annotated[list[_Finding], msgspec.Meta(max_length=40)]
    claims: Annotated[list[_Claim], msgspec.Meta(max_length=20)]


def judge(
    raw: str, criteria: tuple[RubricCriterion, ...], transcript: Transcript, language: str, *, whole: bool
) -> Findings:
    """Decode strictly and keep only what the transcript bears out. Raises `Unusable`.

    Of a single answer nothing is claimed: that is left to the `whole`.
    """
    answer = _decode(raw)
    by_key = {finding.key: finding for finding in answer.criteria}
    if len(by_key) != len(answer.criteria):
        raise Unusable("a criterion is answered twice")
    if by_key.keys() - {criterion.key for criterion in criteria}:
        raise Unusable("a criterion is answered that was not asked for")
    claims = answer.claims if whole else []
    _check_language([f.reason for f in answer.criteria] + [claim.text for claim in claims], language)
    results = tuple(_result(criterion, by_key.get(criterion.key), transcript) for criterion in criteria)
    kept = tuple(found for claim in claims if (found := _claim(claim, transcript)))
    return concluded(Findings(status="ready", method="model", criteria=results, claims=kept))


def _decode(raw: str) -> _Answer:
    try:
        value = json.loads(raw, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        raise Unusable(NO_JSON) from error
    except (ValueError, RecursionError) as error:
        raise Unusable(_MISFIT) from error
    try:
        return msgspec.convert(value, _Answer)
    except (ValueError, RecursionError) as error:
        raise Unusable(_MISFIT) from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """S38: which of two values would count is nobody's guess."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is repeated")
    return value


def _check_language(texts: list[str], language: str) -> None:
    """A reason that the reviewer's page cannot be expected to show: another script than the interview's."""
    joined = " ".join(texts)
    hangul, latin = len(_HANGUL.findall(joined)), len(_LATIN.findall(joined))
    letters = sum(letter.isalpha() for letter in joined)
    expected = hangul if language == "ko" else latin
    if letters >= 20 and expected < letters * (0.2 if language == "ko" else 0.6):
        raise Unusable("the reasons are in another language")


def _result(criterion: RubricCriterion, finding: _Finding | None, transcript: Transcript) -> CriterionResult:
    unscored = CriterionResult(key=criterion.key, title=criterion.title, level=None, note="not_shown")
    if finding is None:
        return unscored
    evidence = _looked_up(finding.quotes, transcript)
    dropped = len(finding.quotes) - len(evidence)
    unscored = msgspec.structs.replace(unscored, evidence=evidence, quotes_dropped=dropped)
    if finding.level == "not_scored":
        return unscored
    if not evidence:
        return msgspec.structs.replace(unscored, note="no_evidence")
    if not _is_clear(evidence):
        return msgspec.structs.replace(unscored, note="unclear_recognition")
    if not _carries(evidence):
        return msgspec.structs.replace(unscored, note="corrected_beyond_recognition")
    if not _bears_out(finding.reason, transcript, _folded(msgspec.json.encode(criterion).decode())):
        return msgspec.structs.replace(unscored, note="unfounded_reason")
    return msgspec.structs.replace(unscored, level=finding.level, reason=plain(finding.reason), note=None)


def _claim(claim: _Claim, transcript: Transcript) -> Claim | None:
    evidence = _looked_up(claim.quotes, transcript)
    if not evidence or not _carries(evidence) or not _bears_out(claim.text, transcript):
        return None
    return Claim(kind=claim.kind, text=plain(claim.text), evidence=evidence)


def _looked_up(quotes: list[str], transcript: Transcript) -> tuple[Evidence, ...]:
    """What was really said, each once, as it stands in the transcript and not as the model wrote it."""
    found = (transcript.find(quote) for quote in quotes)
    return tuple(dict.fromkeys(evidence for evidence in found if evidence))


def _is_clear(evidence: tuple[Evidence, ...]) -> bool:
    """Whether at least one quote was recognised surely enough to rest a level on."""
    return any(_is_sure(one) for one in evidence)


def _carries(evidence: tuple[Evidence, ...]) -> bool:
    """Whether at least one such quote is what was heard, or a correction in which that is still known."""
    return any(_is_sure(one) and one.recognisable for one in evidence)


def _is_sure(evidence: Evidence) -> bool:
    return evidence.confidence is None or evidence.confidence >= CONFIDENCE_MIN


def _bears_out(reason: str, transcript: Transcript, rubric: str = "") -> bool:
    """Words that the reason itself puts in quotation marks must have been said too, or stand in the rubric.

    What is too short to be looked up proves nothing and is let pass.
    """
    double, single = ([w.strip(_PUNCTUATION) for w in marks.findall(reason)] for marks in _QUOTED)
    quoted = double + [words for words in single if not _EMPHASIS.fullmatch(words)]
    return bool(reason.strip()) and all(
        transcript.find(words) or _folded(words) in rubric
        for words in quoted
        if weight(words) >= SHORTEST_QUOTE
    )


def _folded(text: str) -> str:
    return " ".join(cleaned(text).casefold().split())
