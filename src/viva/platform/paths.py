"""Where the files that ship with the program lie: in the wheel, or in the checkout."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _root() -> Path:
    for candidate in (os.environ.get("VIVA_ROOT"), _PACKAGE / "_data", _PACKAGE.parent.parent):
        if candidate and (Path(candidate) / "templates").is_dir():
            return Path(candidate)
    raise RuntimeError("viva is installed incompletely: its templates folder is missing")


ROOT = _root()
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MIGRATIONS = ROOT / "migrations"
LOCALES = _PACKAGE / "platform" / "locales"
