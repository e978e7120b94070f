"""Every requirement that this milestone promises is shown by tests that carry its name.

A name alone shows nothing. So a test that may be skipped counts only for the requirements that are known to
need more than any machine has (`NEEDS`); where a requirement's check has several parts, the test of each is
named (`PARTS`); and what no test shows yet is written down (`OPEN`), so that the name does not stand for it.
"""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PROMISED = [
    *(f"S{number:02}" for number in range(1, 15)),
    *("S16", "S17", "S18", "S19", "S21", "S22", "S23", "S24", "S25", "S26", "S27"),
    *("S28", "S29", "S30", "S31", "S32", "S33", "S34", "S35", "S36", "S37", "S38", "S39", "S40", "S41"),
    *("S46", "S48", "S49", "S50"),
    *(f"F{number:02}" for number in range(1, 30)),
    *("F31", "F32"),
    *("C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C19", "C21"),
]
NEEDS = {
    "S22": "coturn",
    "S32": "a model's key, and consent to what its calls cost",
    "F27": "Linux, whose /proc counts open files",
    "F28": "root, and a cgroup with a memory limit",
    "F17": "root and network namespaces for the part with lost datagrams",
}
"""Shown by tests that may be skipped, each saying what was not tested then; such a skip is no pass."""
PARTS = {
    "S32": ("attacks_do_not_move_a_real_models_levels_nor_does_the_defence_move_ordinary_answers",),
    "C02": ("a_model_is_told_of_no_person_and_gets_words_alone", "a_criterion_that_judges_manner_is_refused"),
    "C04": (
        "two_candidates_who_differ_in_who_they_are_send_a_model_the_same_bytes",
        "a_model_is_told_of_no_person_and_gets_words_alone",
        "where_masking_hides_the_difference_the_evidence_finder_quotes_the_same_sentences",
    ),
    "C05": (
        "everything_that_went_into_a_scorecard_is_kept",
        "the_database_refuses_to_change_or_drop_what_was_kept",
    ),
    "C06": (
        "every_person_of_the_hiring_side_finds_the_page_and_nobody_else_does",
        "no_number_stands_on_the_page_that_is_not_in_the_published_file",
    ),
    "C08": (
        "the_page_prints_the_published_figures_and_says_what_was_not_measured",
        "the_published_figures_of_the_evidence_finder_are_those_that_are_measured",
        "repeatability_is_this_installations_own_or_said_not_to_be_measured",
        "an_interview_is_read_again_and_again_and_its_spread_and_cost_are_told",
    ),
}
"""The parts of a requirement's check, by the words of the test that shows each."""
OPEN = {
    "C04": "the fairness report on real groups (C14's engine)",
    "C05": "a purge that refuses records younger than 183 days",
    "C08": "word errors by voice group and S32's figures: the page says that they are not measured",
    "F27": "memory over an hour, which `viva bench --soak` measures and the suite does not",
    "S46": "a database role that owns nothing; what is shown is that triggers refuse",
}
"""What the checks of promised requirements ask for besides, and no test shows."""
FINDINGS = [f"finding_{number}" for number in range(1, 7)]
_SKIPS = re.compile(r"skip|needs_", re.IGNORECASE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def _tests() -> dict[str, bool]:
    """The names of all tests, and whether each always runs: not so where it, its marks, a fixture or another
    function that it names can skip.
    """
    trees = {path: ast.parse(path.read_text("utf-8")) for path in TESTS.rglob("*.py")}
    elsewhere = {
        node.name
        for path, tree in trees.items()
        if "support" in path.parts
        for node in _functions(tree)
        if _calls_skip(node)
    }
    found: dict[str, bool] = {}
    for path, tree in trees.items():
        whole_file = "network" in path.parts or _is_marked(tree)
        skippers = elsewhere | {node.name for node in _functions(tree) if _calls_skip(node)}
        for node in _functions(tree):
            if node.name.startswith("test_"):
                runs = not (whole_file or _may_skip(node, skippers))
                found[node.name] = found.get(node.name, False) or runs
    return found


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _is_marked(tree: ast.Module) -> bool:
    """Whether the file as a whole may be skipped."""
    lines = (ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign))
    return any(line.startswith("pytestmark") and _SKIPS.search(line) for line in lines)


def _calls_skip(node: Function) -> bool:
    return any(
        ast.unparse(part.func) == "pytest.skip" for part in ast.walk(node) if isinstance(part, ast.Call)
    )


def _may_skip(node: Function, skippers: set[str]) -> bool:
    asked = {argument.arg for argument in node.args.args + node.args.kwonlyargs}
    named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    marked = any(_SKIPS.search(ast.unparse(decorator)) for decorator in node.decorator_list)
    return marked or _calls_skip(node) or bool((asked | named) & skippers)


def _named(requirement: str) -> Iterator[str]:
    return (name for name in _tests() if re.search(rf"_{requirement}(_|$)", name))


@pytest.mark.parametrize("requirement", PROMISED)
def test_every_requirement_is_shown_by_a_test_that_runs_or_is_known_to_need_more(requirement: str) -> None:
    shown = {name: _tests()[name] for name in _named(requirement)}
    assert shown
    assert requirement in NEEDS or any(shown.values()), "its tests may all be skipped"


@pytest.mark.parametrize("requirement", NEEDS)
def test_what_needs_more_than_this_machine_has_a_test_that_is_skipped_and_never_passed(
    requirement: str,
) -> None:
    assert any(not _tests()[name] for name in _named(requirement))


@pytest.mark.parametrize(
    ("requirement", "part"), [(one, part) for one, parts in PARTS.items() for part in parts]
)
def test_every_part_of_a_check_is_shown_by_its_test(requirement: str, part: str) -> None:
    assert any(name.endswith(part) for name in _named(requirement))


def test_what_is_open_belongs_to_something_that_is_promised() -> None:
    assert set(OPEN) | set(PARTS) | set(NEEDS) <= set(PROMISED)
    assert len(set(PROMISED)) == len(PROMISED)


@pytest.mark.parametrize("finding", FINDINGS)
def test_every_finding_of_the_report_is_named_by_a_test(finding: str) -> None:
    assert any(re.search(rf"_{finding}(_|$)", name) for name in _tests())
