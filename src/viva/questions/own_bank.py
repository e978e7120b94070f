"""The bank as a whole: the built-in questions and the organisation's own, searched as one."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import column, delete, func, select, table
from sqlalchemy.dialects.postgresql import insert

from viva.platform.database import Work
from viva.questions.bank import Bank, built_in_bank
from viva.questions.errors import BankQuestionNotFound
from viva.questions.exchange import BankEntry
from viva.questions.model import BankQuestion, Difficulty, Language
from viva.questions.tables import BankQuestionRow

_PLANNED = table("session_questions", column("source_id"))


class BankSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; empty fields ask for nothing."""

    language: Language
    words: str = ""
    category: str = ""
    difficulty: Difficulty | None = None
    origin: Literal["", "built_in", "own"] = ""


class BankItem(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the bank as it is listed. `asked` counts the interviews that it was planned for."""

    id: str
    own: bool
    entry: BankEntry
    asked: int


class OwnBank:
    """Every method takes the caller's unit of work."""

    def __init__(self, bank: Bank | None = None) -> None:
        self._bank = bank or built_in_bank()

    async def search(self, work: Work, wanted: BankSearch) -> list[BankItem]:
        """What fits, own questions first, then the built-in ones in their order."""
        rows = await work.db.scalars(
            select(BankQuestionRow)
            .where(BankQuestionRow.language == wanted.language)
            .order_by(BankQuestionRow.id.desc())
        )
        found = [(str(row.id), True, _entry(row)) for row in rows]
        found += [(each.id, False, in_language(each, wanted.language)) for each in self._bank.questions]
        fitting = [each for each in found if _fits(each[1], each[2], wanted)]
        asked = await self._asked(work, [source for source, _, _ in fitting])
        return [
            BankItem(id=source, own=own, entry=entry, asked=asked.get(source, 0))
            for source, own, entry in fitting
        ]

    async def categories(self, work: Work, language: Language) -> list[str]:
        """The own categories of this language, in order."""
        rows = await work.db.scalars(
            select(BankQuestionRow.category).where(BankQuestionRow.language == language).distinct()
        )
        return sorted(rows)

    async def add(self, work: Work, entries: Sequence[BankEntry], *, created_by: UUID | None) -> int:
        """Keep the entries; one that is there already, by language and text, is replaced. How many."""
        for entry in entries:
            values = msgspec.to_builtins(entry)
            kept = insert(BankQuestionRow).values(**values, created_by=created_by)
            changed = {name: value for name, value in values.items() if name not in {"language", "text"}}
            await work.db.execute(
                kept.on_conflict_do_update(index_elements=["language", "text"], set_=changed)
            )
        return len(entries)

    async def remove(self, work: Work, question_id: UUID) -> None:
        """Take an own question out; positions that ask it keep it. Raises `BankQuestionNotFound`."""
        gone = await work.db.execute(
            delete(BankQuestionRow).where(BankQuestionRow.id == question_id).returning(BankQuestionRow.id)
        )
        if gone.first() is None:
            raise BankQuestionNotFound

    async def _asked(self, work: Work, sources: Sequence[str]) -> dict[str, int]:
        """By name of the table, as modules above are not ours to import."""
        rows = await work.db.execute(
            select(_PLANNED.c.source_id, func.count())
            .where(_PLANNED.c.source_id.in_(sources))
            .group_by(_PLANNED.c.source_id)
        )
        return {str(source): count for source, count in rows}


def in_language(question: BankQuestion, language: Language) -> BankEntry:
    """A built-in question in one language."""
    return BankEntry(
        language=language,
        text=question.text.of(language),
        category=question.area,
        competency=question.competency,
        difficulty=question.difficulty,
        kind=question.kind,
        what_good_shows=question.what_good_shows.of(language),
        key_terms=question.key_terms.of(language),
    )


def _entry(row: BankQuestionRow) -> BankEntry:
    return msgspec.convert({name: getattr(row, name) for name in BankEntry.__struct_fields__}, BankEntry)


def _fits(own: bool, entry: BankEntry, wanted: BankSearch) -> bool:
    haystack = " ".join((entry.text, entry.category, *entry.key_terms, *entry.what_good_shows)).casefold()
    return (
        all(word in haystack for word in wanted.words.casefold().split())
        and wanted.category in {"", entry.category}
        and wanted.difficulty in {None, entry.difficulty}
        and wanted.origin in {"", "own" if own else "built_in"}
    )
