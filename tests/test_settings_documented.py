"""The settings, `.env.example` and the operating guide's table say the same."""

import re
from pathlib import Path

import msgspec
from dotenv import dotenv_values

from viva.platform.settings import Settings, load, variable_of

ROOT = Path(__file__).parent.parent
READ_ELSEWHERE = {"VIVA_ROOT", "VIVA_PG_BIN"}
FOR_COMPOSE = {"POSTGRES_PASSWORD"}
SETTINGS = {variable_of(field.name): field for field in msgspec.structs.fields(Settings)}
TABLE_ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|[^|`]*) \| ([^|]+) \|$", re.MULTILINE)


def uncommented(tmp_path: Path) -> Path:
    """`.env.example` with every setting in force."""
    text = (ROOT / ".env.example").read_text()
    path = tmp_path / ".env"
    path.write_text(re.sub(r"^#(?=[A-Z])", "", text, flags=re.MULTILINE))
    return path


def table() -> dict[str, tuple[str, str]]:
    """Name, default and meaning of each row of the operating guide's settings table."""
    text = (ROOT / "docs" / "operating.md").read_text()
    return {name: (default, meaning) for name, default, meaning in TABLE_ROW.findall(text)}


def test_the_example_names_every_setting_and_no_other(tmp_path):
    assert set(dotenv_values(uncommented(tmp_path))) == set(SETTINGS) | READ_ELSEWHERE | FOR_COMPOSE


def test_the_example_in_force_is_the_defaults(tmp_path):
    assert load({}, dotenv=uncommented(tmp_path)) == Settings()


def test_the_example_is_commented_out_and_every_setting_has_a_comment_above():
    blocks = (ROOT / ".env.example").read_text().split("\n\n")
    for block in blocks:
        lines = block.strip().splitlines()
        assert all(line.startswith("#") for line in lines)
        if any(re.match(r"#[A-Z]", line) for line in lines):
            assert re.match(r"# \S", lines[0]), block


def test_the_operating_guide_lists_every_setting():
    assert set(table()) == set(SETTINGS) | READ_ELSEWHERE


def test_the_operating_guide_gives_the_defaults_of_the_code():
    defaults = {name: default for name, (default, _) in table().items() if name in SETTINGS}
    given = {name: default for name, default in defaults.items() if default}
    assert load(given, dotenv=None) == Settings()
    assert {name for name in SETTINGS if SETTINGS[name].default} <= set(given)
