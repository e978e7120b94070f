"""Holds the Korean catalogs against the texts in the code: `python -m viva.platform.i18n_check`.

Texts are found by Babel in `N_`, `_`, `gettext` and `ngettext` calls of the code and in the templates, and as
the `message = "..."` of error classes. A text without Korean words, a doubtful (fuzzy) translation,
placeholders that differ and translations that nobody uses any more are each named with their place; any of
them fails.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from viva.platform.paths import LOCALES, ROOT, TEMPLATES

KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
_JINJA = "jinja2.ext:babel_extract"
_PLACEHOLDER = re.compile(r"\{(\w*)[^}]*\}")

MsgId = str | tuple[str, ...]


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing to mend and where."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def problems(code: Path, templates: Path, catalogs: Path) -> list[Problem]:
    """Everything that is wrong, in the order of places."""
    used = dict(_used(code, templates))
    known = list(_translations(catalogs))
    found = [Problem(place, f"no Korean for {_show(msgid)}") for msgid, place in _missing(used, known)]
    for place, message in known:
        found += [Problem(place, what) for what in _faults(message, used)]
    return sorted(found + list(_contradictions(known)))


def _used(code: Path, templates: Path) -> Iterator[tuple[MsgId, str]]:
    """Every text and the last place it stands at."""
    for path in sorted(code.rglob("*.py")):
        yield from ((msgid, f"{path}:{line}") for line, msgid in _in_file(path, "python"))
        yield from ((text, f"{path}:{line}") for line, text in _error_messages(path) if text)
    for path in sorted(templates.rglob("*.html")):
        yield from ((msgid, f"{path}:{line}") for line, msgid in _in_file(path, _JINJA))


def _in_file(path: Path, method: str) -> Iterator[tuple[int, MsgId]]:
    options = {"trimmed": "true", "silent": "false"} if method == _JINJA else {}
    with path.open("rb") as file:
        for line, msgid, _comments, _context in extract(method, file, keywords=KEYWORDS, options=options):
            if msgid:
                yield line, msgid if isinstance(msgid, str) else tuple(msgid)


def _error_messages(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        for part in node.body if isinstance(node, ast.ClassDef) else ():
            if _names_message(part) and isinstance(value := getattr(part, "value", None), ast.Constant):
                yield part.lineno, str(value.value)


def _names_message(node: ast.stmt) -> bool:
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and node.target.id == "message" and node.value is not None
    return isinstance(node, ast.Assign) and [getattr(name, "id", "") for name in node.targets] == ["message"]


def _translations(catalogs: Path) -> Iterator[tuple[str, Message]]:
    for path in sorted(catalogs.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale="ko", abort_invalid=True)
        for message in [*catalog, *catalog.obsolete.values()]:
            if message.id:
                yield f"{path}:{message.lineno or 1}", message


def _missing(used: dict[MsgId, str], known: Sequence[tuple[str, Message]]) -> Iterator[tuple[MsgId, str]]:
    translated = {_key(message.id) for _, message in known if _is_whole(message) and not message.fuzzy}
    return ((msgid, place) for msgid, place in used.items() if msgid not in translated)


def _key(msgid: object) -> MsgId:
    return (
        msgid if isinstance(msgid, str) else tuple(map(str, msgid)) if isinstance(msgid, list | tuple) else ""
    )


def _is_whole(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(forms) and all(forms)


def _faults(message: Message, used: dict[MsgId, str]) -> Iterator[str]:
    shown = _show(_key(message.id))
    if _key(message.id) not in used:
        yield f"nobody uses {shown}"
    if message.fuzzy:
        yield f"doubtful (fuzzy) translation of {shown}"
    if _is_whole(message) and _placeholders(message.id) != _placeholders(message.string):
        yield f"placeholders differ in the translation of {shown}"


def _placeholders(text: object) -> set[str]:
    forms = [text] if isinstance(text, str) else list(text) if isinstance(text, list | tuple) else []
    return {name for form in forms for name in _PLACEHOLDER.findall(str(form))}


def _contradictions(known: Sequence[tuple[str, Message]]) -> Iterator[Problem]:
    """One text, two translations: which one is shown would depend on the order of files."""
    first: dict[MsgId, object] = {}
    for place, message in known:
        if first.setdefault(_key(message.id), message.string) != message.string:
            yield Problem(place, f"another translation stands elsewhere for {_show(_key(message.id))}")


def _show(msgid: MsgId) -> str:
    return repr(msgid if isinstance(msgid, str) else msgid[0])


def main() -> int:
    """Print each problem; 0 when there is none."""
    found = problems(Path(__file__).parent.parent, TEMPLATES, LOCALES / "ko")
    for problem in found:
        sys.stdout.write(f"{str(problem).removeprefix(f'{ROOT}/')}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
