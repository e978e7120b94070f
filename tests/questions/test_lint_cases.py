"""C02, C16, C19: a table of what is refused, what a person may keep, and what is left alone.

`lint_cases/<language>.txt` was there while the patterns were written and has to come out right line by line.
`<language>_held_out.txt` is never tuned on, only its rates are looked at: its first fifty lines were written
before the patterns, the others after them and without a look at what they do. All are by the same hand as
the patterns, so that others' words will fare worse. A line is the verdict, whether it is a question or a
criterion, and the text.
"""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from viva.questions import lint

FOLDER = Path(__file__).parent / "lint_cases"
LANGUAGES = ("ko", "en")
SEEN, REFUSED, LEFT_ALONE = 0.9, 0.85, 0.95
WRONGLY_REFUSED_MAX = 1


class Case(msgspec.Struct, frozen=True):
    """One line of a table."""

    verdict: str
    kind: str
    text: str


def cases(name: str) -> list[Case]:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [Case(*line.split(" ", 2)) for line in lines]


def verdict_on(case: Case, language: str) -> str:
    found = {finding.severity for finding in lint(case.text, language, judging=case.kind == "criterion")}
    return "refused" if "refused" in found else "ask" if found else "fine"


@pytest.mark.parametrize(
    ("language", "case"),
    [pytest.param(language, case, id=case.text) for language in LANGUAGES for case in cases(language)],
)
def test_C02_C19_each_text_of_the_table_is_refused_asked_about_or_left_alone(language, case):
    assert verdict_on(case, language) == case.verdict


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_are_large_and_a_third_or_so_is_held_out(language):
    tuned, held_out = cases(language), cases(f"{language}_held_out")
    assert len(tuned) + len(held_out) >= 120
    assert len(held_out) >= (len(tuned) + len(held_out)) / 3
    assert not {case.text for case in tuned} & {case.text for case in held_out}
    assert {case.verdict for case in (*tuned, *held_out)} == {"refused", "ask", "fine"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_C02_C19_on_texts_that_were_held_out_the_linter_does_what_it_is_said_to(language, capsys):
    """The bounds stand below what was measured; they keep a change from spoiling it unseen."""
    got = Counter((case.verdict, verdict_on(case, language)) for case in cases(f"{language}_held_out"))
    total = Counter[str]()
    for (verdict, _), count in got.items():
        total[verdict] += count
    with capsys.disabled():
        for verdict in ("refused", "ask", "fine"):
            said = ", ".join(f"{found} {got[verdict, found]}" for found in ("refused", "ask", "fine"))
            rates = f"to be {verdict} ({total[verdict]}): {said}"
            print(f"\nheld out, {language}, {rates}", end="")  # noqa: T201 (a person reads the rates)
    seen = total["refused"] - got["refused", "fine"]
    assert seen / total["refused"] >= SEEN
    assert got["refused", "refused"] / total["refused"] >= REFUSED
    assert got["ask", "refused"] <= WRONGLY_REFUSED_MAX
    assert got["fine", "fine"] / total["fine"] >= LEFT_ALONE
