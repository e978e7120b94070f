"""What the pages of positions show. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from viva.platform.i18n import N_, gettext
from viva.questions import (
    Criterion,
    Finding,
    Language,
    Position,
    PositionDraft,
    Severity,
    built_in_bank,
    lint,
    position_templates,
)

AREAS: dict[str, str] = {
    "motivation": N_("Motivation"),
    "experience": N_("Experience"),
    "problem_solving": N_("Problem solving"),
    "collaboration": N_("Collaboration"),
    "conflict": N_("Disagreement"),
    "ownership": N_("Ownership"),
    "learning": N_("Learning"),
    "communication": N_("Communication"),
    "backend": N_("Backend"),
    "frontend": N_("Frontend"),
    "data": N_("Data"),
    "product": N_("Product"),
    "design": N_("Design"),
    "sales": N_("Sales"),
    "customer_support": N_("Customer support"),
    "operations": N_("Operations"),
}
"""The built-in bank's areas as a person reads them."""


def rows_of(positions: Sequence[Position]) -> list[dict[str, Any]]:
    """One row of the list each."""
    return [
        {
            "position": position,
            "question_count": len(position.questions),
            "criterion_count": len(position.criteria),
        }
        for position in positions
    ]


def templates_in(language: Language) -> dict[str, Any]:
    """`admin/position_templates.html`."""
    cards = [
        {
            "area": each.area,
            "title": each.title.of(language),
            "description": each.description.of(language),
        }
        for each in position_templates()
    ]
    return {"templates": cards}


def new_position(draft: PositionDraft | None, language: Language) -> dict[str, Any]:
    """`admin/position.html` for a position that is not kept yet; None is an empty one."""
    if draft is None:
        draft = msgspec.convert({"title": " ", "language": language}, PositionDraft)
    return _editor(draft, draft.criteria) | {"position": None, "versions": [], "saved": False}


def editor_of(shown: Position, versions: Sequence[Position], *, saved: bool) -> dict[str, Any]:
    """`admin/position.html` for one version of a kept position; `versions` has the newest first."""
    return _editor(shown, shown.criteria) | {"position": shown, "versions": versions, "saved": saved}


def _editor(shown: Position | PositionDraft, criteria: Sequence[Criterion]) -> dict[str, Any]:
    rubric = built_in_bank().rubric(shown.language)
    known = {criterion.key: criterion.title for criterion in criteria or rubric.values()}
    return {
        "values": shown,
        "competencies": known,
        "percentages": {criterion.key: round(criterion.weight * 100) for criterion in criteria},
    }


class Told(msgspec.Struct, frozen=True):
    """A finding in words; with `ask` it may stay if a person says why."""

    said: str
    severity: Severity


def findings_of(
    asked: Mapping[str, Sequence[str]], judged: Mapping[str, Sequence[str]], language: Language
) -> dict[str, list[Told]]:
    """The linter's reasons by card, each with the words that it is about."""
    found: dict[str, list[Told]] = {}
    for texts, judging in ((asked, False), (judged, True)):
        for card, lines in texts.items():
            said = [_told(each) for line in lines for each in lint(line, language, judging=judging)]
            if said:
                found[card] = list(dict.fromkeys(found.get(card, []) + said))
    return found


def _told(finding: Finding) -> Told:
    sentence = _SAID[finding.severity]
    said = gettext(sentence).format(words=finding.words, reason=gettext(finding.reason))
    return Told(said, finding.severity)


_SAID: dict[Severity, str] = {
    "refused": N_("“{words}”: {reason}"),
    "ask": N_("“{words}”: {reason} If this is about the work and not about the candidate, say why below."),
}


def material(language: Language) -> dict[str, Any]:
    """The built-in criteria, for the editor's menu."""
    return {"criteria": msgspec.to_builtins(tuple(built_in_bank().rubric(language).values()))}
