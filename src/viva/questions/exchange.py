"""The question bank as a file: JSON and CSV, out and in. Pure; `docs/question-bank.md` describes both.

A file is taken whole or not at all: what is wrong is told line by line, and nothing is kept until then.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

import msgspec

from viva.platform.i18n import N_
from viva.questions.errors import UnreadableBankFile
from viva.questions.linting import Finding, lint
from viva.questions.model import Difficulty, Key, Kind, Language, Points, QuestionText, Terms

FORMAT = "viva-question-bank-1"
QUESTIONS_MAX = 2000
FAULTS_SHOWN = 20
_BETWEEN = " | "
"""Stands between the entries of a list in one cell. Within an entry a backslash stands before each of
its own bars and backslashes, so that it comes back as it was."""
_ESCAPED = re.compile(r"\\([\\|])")
_PIECE = re.compile(r"(?:\\[\\|]|[^|])*")

FileKind = Literal["json", "csv"]


class BankEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question of the bank in one language, as it is written to a file and read from one.

    `category` is free: a department, a subject; `competency` is the key of the criterion that it belongs to.
    """

    language: Language
    text: QuestionText
    category: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    competency: Key
    difficulty: Difficulty = 2
    kind: Kind = "behavioural"
    what_good_shows: Points = ()
    key_terms: Terms = ()


FIELDS: tuple[str, ...] = BankEntry.__struct_fields__
_LISTS = frozenset({"what_good_shows", "key_terms"})


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["viva-question-bank-1"]
    questions: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=QUESTIONS_MAX)]


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with one question: its place from 1 (in CSV the header is not counted), and why.

    `reason` is an English msgid; `detail` is what it is about.
    """

    place: int
    reason: str
    detail: str = ""


NOT_READABLE = N_("This question could not be read: {detail}")
MAY_NOT = N_("This may not be asked: {detail}")
TWICE = N_("This question stands in the file twice.")


def written(entries: Iterable[BankEntry], kind: FileKind) -> str:
    """The file."""
    if kind == "json":
        content = {"format": FORMAT, "questions": list(entries)}
        return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(FIELDS)
    for entry in entries:
        writer.writerow(_cell(name, getattr(entry, name)) for name in FIELDS)
    return text.getvalue()


def read(content: bytes, kind: FileKind) -> tuple[tuple[BankEntry, ...], tuple[Fault, ...]]:
    """What stands in the file, and what is wrong with it. Raises `UnreadableBankFile` for another file."""
    try:
        rows = list(_json_rows(content) if kind == "json" else _csv_rows(content))
    except (msgspec.DecodeError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableBankFile(detail=str(error)) from error
    entries: list[BankEntry] = []
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for place, row in enumerate(rows, start=1):
        found = _entry(place, row)
        if isinstance(found, Fault):
            faults.append(found)
        elif (found.language, found.text) in seen:
            faults.append(Fault(place, TWICE))
        else:
            seen.add((found.language, found.text))
            entries.append(found)
    return tuple(entries), tuple(faults)


def _entry(place: int, row: Any) -> BankEntry | Fault:
    try:
        entry = (
            msgspec.json.decode(row, type=BankEntry)
            if isinstance(row, msgspec.Raw)
            else msgspec.convert(row, BankEntry, strict=False)
        )
    except msgspec.DecodeError as error:
        return Fault(place, NOT_READABLE, str(error))
    entry = msgspec.structs.replace(entry, text=" ".join(entry.text.split()))
    if not all(text.isprintable() for text in (entry.text, entry.category, *entry.what_good_shows)):
        return Fault(place, NOT_READABLE, entry.text[:40])
    refused = [found.words for found in _findings(entry) if found.severity == "refused"]
    return Fault(place, MAY_NOT, refused[0]) if refused else entry


def _findings(entry: BankEntry) -> Iterator[Finding]:
    """What the linter only asks about may stand in the bank: whoever takes it into a position says why."""
    yield from lint(entry.text, entry.language)
    for point in entry.what_good_shows:
        yield from lint(point, entry.language, judging=True)


def _json_rows(content: bytes) -> Iterator[msgspec.Raw]:
    yield from msgspec.json.decode(content, type=_File).questions


def _csv_rows(content: bytes) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    missing = [name for name in ("language", "text", "category", "competency") if name not in _header(reader)]
    if missing:
        raise UnreadableBankFile(detail=", ".join(missing))
    for number, row in enumerate(reader):
        if number >= QUESTIONS_MAX:
            raise UnreadableBankFile(detail=f"> {QUESTIONS_MAX}")
        yield {str(name): _value(str(name), _without_guard(value)) for name, value in row.items() if value}


def _header(reader: "csv.DictReader[str]") -> Sequence[str]:
    return reader.fieldnames or ()


def _cell(name: str, value: Any) -> str:
    text = _BETWEEN.join(map(_escaped, value)) if name in _LISTS else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def _without_guard(value: Any) -> Any:
    """A spreadsheet reads `=…` as a formula; the quote in front that keeps it a text is taken off again."""
    return value[1:] if isinstance(value, str) and value[:2] in {"'=", "'+", "'-", "'@", "'\t"} else value


def _value(name: str, value: Any) -> Any:
    if name in _LISTS and isinstance(value, str):
        parts = (_ESCAPED.sub(r"\1", part).strip() for part in _PIECE.findall(value))
        return [part for part in parts if part]
    return value


def _escaped(entry: str) -> str:
    return entry.replace("\\", "\\\\").replace("|", "\\|")
