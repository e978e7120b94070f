"""The linter: what a question or a criterion may not ask or judge, with the place and the reason. Pure."""

import re
import unicodedata

import msgspec

from viva.questions.forbidden import ENGLISH, KOREAN, REASONS, Code
from viva.questions.model import Criterion, Language, PlannedQuestion, PositionDraft, PositionQuestion

_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[a-zA-Z]")
_PATTERNS = (
    [(code, re.compile(pattern)) for code, pattern in KOREAN.items()],
    [(code, re.compile(pattern, re.ASCII | re.IGNORECASE)) for code, pattern in ENGLISH.items()],
)
"""English word boundaries are ASCII, so that "age를" is still the word "age"."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that may not stand there. `reason` is an English msgid; `words` as they were found."""

    code: Code
    words: str
    reason: str


def lint(text: str, language: Language) -> list[Finding]:
    """What in `text` may not be asked or judged, in the order in which it stands.

    Both languages' words are looked for, since Korean interviews mix in English; `language` is the
    interview's, and text that is plainly written in the other one is a finding as well.
    """
    plain = _plain(text)
    found = [
        (match.start(), Finding(code, match.group().strip(), REASONS[code]))
        for patterns in _PATTERNS
        for code, pattern in patterns
        for match in pattern.finditer(plain)
    ]
    findings = [finding for _, finding in sorted(found, key=lambda entry: (entry[0], entry[1].code))]
    if _is_foreign(plain, language):
        findings.append(Finding("language", plain[:40], REASONS["language"]))
    return findings


def lint_question(question: PlannedQuestion | PositionQuestion, language: Language) -> list[Finding]:
    """The findings in the question and in what its answer should show."""
    return [
        finding for text in (question.text, *question.what_good_shows) for finding in lint(text, language)
    ]


def lint_criterion(criterion: Criterion, language: Language) -> list[Finding]:
    """The findings in the criterion's title, description, levels and what counts as evidence."""
    texts = (criterion.title, criterion.description, *criterion.anchors, *criterion.evidence)
    return [
        finding
        for number, text in enumerate(texts)
        for finding in lint(text, language)
        if number or finding.code != "language"
    ]


def lint_position(draft: PositionDraft) -> dict[str, list[Finding]]:
    """The findings by field, such as `questions.2` or `criteria.0`; empty when all is well."""
    found = {
        f"questions.{number}": lint_question(question, draft.language)
        for number, question in enumerate(draft.questions)
    } | {
        f"criteria.{number}": lint_criterion(criterion, draft.language)
        for number, criterion in enumerate(draft.criteria)
    }
    return {field: findings for field, findings in found.items() if findings}


def _plain(text: str) -> str:
    """Composed, without characters that show nothing, and with single spaces: what a reader sees."""
    composed = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in composed if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf"})
    return " ".join(visible.split())


def _is_foreign(text: str, language: Language) -> bool:
    hangul, latin = len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    if language == "ko":
        return latin > 0 and hangul == 0
    return hangul > latin
