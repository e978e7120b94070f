"""Swapping the vendor of the language model touches one file, and the linter holds that."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
THE_FILE = "viva.evaluation.claude"


def imports_of(path: Path) -> set[str]:
    """The top-level names of everything that the file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found


def test_one_file_imports_the_vendors_sdk_and_its_transport():
    source = ROOT / "src"
    importing = [
        ".".join(path.relative_to(source).with_suffix("").parts)
        for path in source.rglob("*.py")
        if {"anthropic", "httpx2"} & imports_of(path)
    ]
    assert importing == [THE_FILE]


def test_the_import_contract_allows_no_other_file():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [contract] = [one for one in contracts if one.get("protected_modules") == ["anthropic"]]
    assert contract["allowed_importers"] == [THE_FILE]
    assert "ignore_imports" not in contract


def test_only_the_composition_root_names_the_adapter():
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src").rglob("*.py")
        if "from viva.evaluation.claude" in path.read_text("utf-8")
    ]
    assert naming == ["src/viva/bootstrap.py"]
