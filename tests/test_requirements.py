"""Every requirement that this milestone promises has at least one test that carries its name."""

import ast
import functools
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PROMISED = [
    *(
        "S01",
        "S02",
        "S04",
        "S05",
        "S06",
        "S07",
        "S08",
        "S09",
        "S10",
        "S12",
        "S17",
        "S18",
        "S21",
        "S26",
        "S27",
    ),
    *("S36", "S37", "S38", "S39", "S40", "S41", "S48", "S50", "F01", "F02", "F03", "F04", "F05", "F06"),
    *("F07", "F10", "F11", "F12", "F13", "F14", "F15", "F17", "F18", "F19", "F20", "F22"),
    *("F23", "F24", "F25", "F26", "F28", "F29", "F31", "F32"),
    *("S28", "S29", "S30", "S31", "S33", "S34", "S35", "S46", "F08", "F09", "F21", "C05", "C07", "C08"),
]
FINDINGS = [f"finding_{number}" for number in range(1, 7)]


@functools.cache
def _names() -> set[str]:
    """The names of all tests, and of the words that they carry."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        found |= {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        }
    return found


@pytest.mark.parametrize("requirement", PROMISED)
def test_every_requirement_is_named_by_a_test(requirement: str) -> None:
    assert any(re.search(rf"_{requirement}(_|$)", name) for name in _names())


@pytest.mark.parametrize("finding", FINDINGS)
def test_every_finding_of_the_report_is_named_by_a_test(finding: str) -> None:
    assert any(re.search(rf"_{finding}(_|$)", name) for name in _names())
