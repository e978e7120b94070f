import asyncio
import itertools
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.databases import new_database

from viva.platform import migrations
from viva.platform.database import Database
from viva.platform.errors import VivaError
from viva.platform.job_store import JobsInTransaction
from viva.platform.paths import MIGRATIONS

_numbers = itertools.count(1)


class Silence(list[object]):
    publish = list.append


@pytest.fixture
async def empty_url(postgres_url: str) -> AsyncIterator[str]:
    """A database without any table."""
    async with new_database(postgres_url, f"viva_migrated_{next(_numbers)}") as url:
        yield url


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    async with Database(empty_url, jobs=JobsInTransaction(), publisher=Silence(), pooled=False) as database:
        yield database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of migrations with our environment and template, for the platform's tables."""
    folder = tmp_path / "migra%tions"
    (folder / "versions").mkdir(parents=True)
    shutil.copy(MIGRATIONS / "script.py.mako", folder)
    environment = (MIGRATIONS / "env.py").read_text()
    (folder / "env.py").write_text(environment.replace('"*/tables.py"', '"platform/tables.py"'))
    return folder


async def table_exists(database: Database, name: str) -> bool:
    async with database.uow() as work:
        return (
            await work.db.execute(text("select to_regclass(:name)"), {"name": name})
        ).scalar_one() is not None


async def test_the_first_migration_writes_itself_and_leaves_no_drift(
    folder: Path, empty: Database, empty_url: str
) -> None:
    await migrations.write_revision(empty_url, "create everything", folder=folder)
    (written,) = (folder / "versions").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}_create_everything\.py", written.name)
    assert "lock_timeout" in written.read_text()
    assert await migrations.applied(empty) is None

    await migrations.upgrade(empty_url, folder=folder)
    assert await migrations.drift(empty_url, folder=folder) == ()
    assert await migrations.applied(empty) == migrations.head(folder)
    assert await table_exists(empty, "jobs")


async def test_a_column_that_only_the_database_has_is_drift(
    folder: Path, empty: Database, empty_url: str
) -> None:
    await migrations.write_revision(empty_url, "create everything", folder=folder)
    await migrations.upgrade(empty_url, folder=folder)
    async with empty.uow() as work:
        await work.db.execute(text("alter table jobs add column surprise text"))
    (difference,) = await migrations.drift(empty_url, folder=folder)
    assert "surprise" in difference


async def test_F29_two_that_start_at_once_migrate_once(folder: Path, empty: Database, empty_url: str) -> None:
    await migrations.write_revision(empty_url, "create everything", folder=folder)
    script = (
        "import asyncio, pathlib, sys; from viva.platform import migrations;"
        "asyncio.run(migrations.upgrade(sys.argv[1], folder=pathlib.Path(sys.argv[2])))"
    )
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", script, empty_url, str(folder))
        for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert await migrations.applied(empty) == migrations.head(folder)


async def test_a_migration_that_fails_leaves_nothing_behind(
    folder: Path, empty: Database, empty_url: str
) -> None:
    await migrations.write_revision(empty_url, "create everything", folder=folder)
    (written,) = (folder / "versions").iterdir()
    written.write_text(
        written.read_text().replace("def downgrade", "    op.execute('select 1/0')\n\n\ndef downgrade")
    )
    with pytest.raises(Exception, match="division by zero"):
        await migrations.upgrade(empty_url, folder=folder)
    assert not await table_exists(empty, "jobs")
    assert await migrations.applied(empty) is None


async def test_a_database_newer_than_the_program_is_refused_in_one_sentence(
    folder: Path, empty: Database, empty_url: str
) -> None:
    await migrations.write_revision(empty_url, "create everything", folder=folder)
    await migrations.upgrade(empty_url, folder=folder)
    async with empty.uow() as work:
        await work.db.execute(text("update alembic_version set version_num = 'from_the_future'"))
    with pytest.raises(migrations.MigrationError, match="from_the_future"):
        await migrations.upgrade(empty_url, folder=folder)


async def test_every_migration_of_ours_can_be_taken_back_and_applied_again(
    empty: Database, empty_url: str
) -> None:
    await migrations.upgrade(empty_url)
    await migrations.downgrade(empty_url, "base")
    assert await migrations.applied(empty) is None
    assert not await table_exists(empty, "jobs")
    await migrations.upgrade(empty_url)
    assert await migrations.applied(empty) == migrations.head()


@pytest.mark.skipif(migrations.head() is None, reason="there is no migration yet")
async def test_our_migrations_make_exactly_the_tables_in_the_code(empty_url: str) -> None:
    await migrations.upgrade(empty_url)
    assert await migrations.drift(empty_url) == ()


def test_a_migration_error_is_for_the_operator_and_not_for_the_wire() -> None:
    assert not issubclass(migrations.MigrationError, VivaError)
