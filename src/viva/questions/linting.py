"""The linter: what a question or a criterion may not ask or judge, with the place and the reason. Pure.

Two severities. `refused`: asks about the candidate, or judges how somebody is instead of what was said; it is
kept nowhere. `ask`: a word that a job can rightly be about (patients' health, customers' loans); a person may
keep it and says why. Wherever no person reads what was written, both are refused.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from viva.questions.forbidden import IMPRESSIONS, REASONS, Code, Forbidden
from viva.questions.forbidden_en import ENGLISH
from viva.questions.forbidden_ko import KOREAN
from viva.questions.model import Criterion, Language, PlannedQuestion, PositionDraft, PositionQuestion

Severity = Literal["refused", "ask"]

_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[a-zA-Z]")
_SENTENCE = re.compile(r"[^.?!\n]*(?:[.?!]+(?=\s|$)|[.?!\n]+|$)")


class Finding(msgspec.Struct, frozen=True):
    """One thing that may not simply stand there. `reason` is an English msgid; `words` as they were found."""

    code: Code
    words: str
    reason: str
    severity: Severity = "refused"


class _Compiled(msgspec.Struct, frozen=True):
    """The patterns of one language, ready to search with."""

    personal: dict[Code, re.Pattern[str]]
    topics: dict[Code, re.Pattern[str]]
    judged: dict[Code, re.Pattern[str]]
    others: re.Pattern[str]
    of_others: re.Pattern[str]
    as_a_subject: re.Pattern[str]
    of_the_candidate: re.Pattern[str]
    others_excuse_questions: bool


def _compiled(words: Forbidden, flags: int) -> _Compiled:
    def each(patterns: dict[Code, str]) -> dict[Code, re.Pattern[str]]:
        return {code: re.compile(pattern, flags) for code, pattern in patterns.items()}

    return _Compiled(
        personal=each(dict(words.personal)),
        topics=each(dict(words.topics)),
        judged=each(dict(words.judged)),
        others=re.compile(words.others, flags),
        of_others=re.compile(words.of_others, flags),
        as_a_subject=re.compile(words.as_a_subject, flags),
        of_the_candidate=re.compile(words.of_the_candidate, flags),
        others_excuse_questions=words.others_excuse_questions,
    )


_BOTH = (_compiled(KOREAN, 0), _compiled(ENGLISH, re.ASCII | re.IGNORECASE))
"""English word boundaries are ASCII, so that "age를" is still the word "age"."""


def lint(text: str, language: Language, *, judging: bool = False) -> list[Finding]:
    """What in `text` may not be asked, or where `judging` not be judged, in the order in which it stands.

    Both languages' words are looked for, since Korean interviews mix in English; `language` is the
    interview's, and text that is plainly written in the other one is a finding as well.
    """
    plain = _plain(text)
    found = sorted(
        (
            (sentence.start() + start, finding)
            for sentence in _SENTENCE.finditer(plain)
            for words in _BOTH
            for start, finding in _in_sentence(sentence.group(), words, judging=judging)
        ),
        key=lambda entry: (entry[0], entry[1].code),
    )
    findings = list(dict.fromkeys(finding for _, finding in found))
    if _is_foreign(plain, language):
        findings.append(Finding("language", plain[:40], REASONS["language"]))
    return findings


def lint_question(question: PlannedQuestion | PositionQuestion, language: Language) -> list[Finding]:
    """The findings in the question and in what its answer should show, which is judged by."""
    asked = lint(question.text, language)
    shown = (lint(text, language, judging=True) for text in question.what_good_shows)
    return [*asked, *(finding for findings in shown for finding in findings)]


def lint_criterion(criterion: Criterion, language: Language) -> list[Finding]:
    """The findings in the criterion's title, description, levels and what counts as evidence."""
    texts = (criterion.title, criterion.description, *criterion.anchors, *criterion.evidence)
    return [
        finding
        for number, text in enumerate(texts)
        for finding in lint(text, language, judging=True)
        if number or finding.code != "language"
    ]


def lint_position(draft: PositionDraft) -> dict[str, list[Finding]]:
    """The findings by field, such as `questions.2` or `criteria.0`; empty when all is well.

    What a person has kept with a reason is none any more, unless it is refused.
    """
    found = {
        f"questions.{number}": still_open(lint_question(question, draft.language), question.kept_because)
        for number, question in enumerate(draft.questions)
    } | {
        f"criteria.{number}": still_open(lint_criterion(criterion, draft.language), criterion.kept_because)
        for number, criterion in enumerate(draft.criteria)
    }
    return {field: findings for field, findings in found.items() if findings}


def without_idle_reasons(draft: PositionDraft) -> PositionDraft:
    """The same position without reasons for what needs none, so that none waits there for a later text."""
    questions = tuple(
        msgspec.structs.replace(q, kept_because=_reason(q.kept_because, lint_question(q, draft.language)))
        for q in draft.questions
    )
    criteria = tuple(
        msgspec.structs.replace(c, kept_because=_reason(c.kept_because, lint_criterion(c, draft.language)))
        for c in draft.criteria
    )
    return msgspec.structs.replace(draft, questions=questions, criteria=criteria)


def _reason(kept_because: str, findings: Sequence[Finding]) -> str:
    return " ".join(kept_because.split()) if findings else ""


def still_open(findings: Iterable[Finding], kept_because: str) -> list[Finding]:
    """Those that a reason does not answer: all without one, else only what is refused."""
    return [finding for finding in findings if finding.severity == "refused" or not kept_because.strip()]


def _in_sentence(sentence: str, words: _Compiled, *, judging: bool) -> Iterator[tuple[int, Finding]]:
    taken: dict[Code, list[tuple[int, int]]] = {}
    for code, pattern in words.personal.items():
        for match in pattern.finditer(sentence):
            excused = words.others_excuse_questions and _named_before(sentence, match.start(), words)
            taken.setdefault(code, []).append(match.span())
            found = match.groupdict().get("matter") or match.group()
            yield match.start(), _finding(code, found, "ask" if excused else "refused")
    for patterns in (words.topics, words.judged) if judging else (words.topics,):
        for code, pattern in patterns.items():
            for match in pattern.finditer(sentence):
                if any(start < match.end() and match.start() < end for start, end in taken.get(code, ())):
                    continue
                taken.setdefault(code, []).append(match.span())
                refused = judging and _is_of_the_candidate(sentence, match, code, words)
                yield match.start(), _finding(code, match.group(), "refused" if refused else "ask")


def _named_before(sentence: str, at: int, words: _Compiled) -> bool:
    return bool(words.others.search(sentence, 0, at)) and not words.of_the_candidate.search(sentence)


def _is_of_the_candidate(sentence: str, match: re.Match[str], code: Code, words: _Compiled) -> bool:
    """Whether a criterion judges the candidate by it: always, unless it is plainly somebody else's."""
    if words.of_the_candidate.search(sentence):
        return True
    before, after = sentence[: match.start()], sentence[match.end() :]
    if code in IMPRESSIONS:
        return not (words.of_others.search(before) or words.as_a_subject.match(after))
    return not words.others.search(sentence)


def _finding(code: Code, words: str, severity: Severity) -> Finding:
    return Finding(code, words.strip(), REASONS[code], severity)


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
