"""Results as somebody reads them who may not know yet whose they are. Pure."""

from collections.abc import Iterable

import msgspec

from viva.evaluation.evidence import Evidence, Run, Transcript
from viva.evaluation.material import said_in
from viva.evaluation.model import Findings, Scorecard
from viva.evaluation.service import AnswerResult, Results
from viva.sessions import Veil


def veiled(results: Results, veil: Veil) -> Results:
    """The same with masks in questions, answers, quotes and what was written about them."""
    if not veil.hides:
        return results
    everything = (utterance for one in results.answers for utterance in one.said)
    runs = Transcript(map(said_in, everything), veil.identity).runs
    card = results.scorecard
    return msgspec.structs.replace(
        results,
        answers=tuple(_answer(one, veil, runs) for one in results.answers),
        scorecard=_scorecard(card, veil, runs) if card else None,
    )


def _answer(one: AnswerResult, veil: Veil, runs: list[Run]) -> AnswerResult:
    return msgspec.structs.replace(
        one,
        question=veil.questions([one.question])[0],
        said=veil.utterances(one.said),
        findings=_findings(one.findings, veil, runs) if one.findings else None,
    )


def _scorecard(card: Scorecard, veil: Veil, runs: list[Run]) -> Scorecard:
    return msgspec.structs.replace(card, findings=_findings(card.findings, veil, runs))


def _findings(findings: Findings, veil: Veil, runs: list[Run]) -> Findings:
    criteria = (
        msgspec.structs.replace(one, reason=veil.text(one.reason), evidence=_quotes(one.evidence, veil, runs))
        for one in findings.criteria
    )
    claims = (
        msgspec.structs.replace(one, text=veil.text(one.text), evidence=_quotes(one.evidence, veil, runs))
        for one in findings.claims
    )
    return msgspec.structs.replace(findings, criteria=tuple(criteria), claims=tuple(claims))


def _quotes(evidence: Iterable[Evidence], veil: Veil, runs: list[Run]) -> tuple[Evidence, ...]:
    return tuple(
        msgspec.structs.replace(one, quote=_quote(one, veil, runs), heard=_heard(one, veil, runs))
        for one in evidence
    )


def _quote(evidence: Evidence, veil: Veil, runs: list[Run]) -> str:
    """As it stands in the whole answer's masked text: what gives a word away may stand before the quote."""
    for run in runs:
        for offset, said in run.starts:
            if said.seq == evidence.seq and (start := run.text.find(evidence.quote, offset)) >= 0:
                return veil.masked(run.text).part(start, start + len(evidence.quote))
    return veil.text(evidence.quote)


def _heard(evidence: Evidence, veil: Veil, runs: list[Run]) -> str:
    """What was heard under a correction, masked after what was said before it in the same answer."""
    if not evidence.heard:
        return ""
    for run in runs:
        for offset, said in run.starts:
            if said.seq == evidence.seq:
                masked = veil.masked(run.text[:offset] + evidence.heard)
                return masked.part(offset, offset + len(evidence.heard))
    return veil.text(evidence.heard)
