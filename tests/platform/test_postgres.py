import asyncio
import contextlib
import json
import os
import pwd
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from viva.platform.postgres import AlreadyRunning, EmbeddedPostgres, PostgresError, database_url, wait_for
from viva.platform.postgres.binaries import find_binaries

PATIENCE_S = 60
as_root = pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux", reason="only root can become somebody else"
)
OWNER = Path(__file__).with_name("postgres_owner.py")


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    parts = make_url(url)
    connection = await asyncpg.connect(
        host=str(parts.query["host"]), user=parts.username, database=parts.database, timeout=10
    )
    try:
        yield connection
    finally:
        await connection.close()


async def owner_of(data_dir: Path, *prefix: str) -> tuple[Process, Mapping[str, Any]]:
    """Another process that holds an embedded PostgreSQL, and the line it printed."""
    process = await asyncio.create_subprocess_exec(
        *prefix, sys.executable, str(OWNER), str(data_dir), stdout=PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        return process, json.loads(await process.stdout.readline())


async def kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
    process._transport.close()  # type: ignore[attr-defined]  # else 3.11 warns about it when collected


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def owner_uid(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def babysitter_of(pid: int) -> list[int]:
    """The shell that started the server, and what else it started."""
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(int(child) for child in children if int(child) != pid)]


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 (a foreign process has no event)
            await asyncio.sleep(0.01)


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    said: list[str] = []
    async with EmbeddedPostgres(tmp_path, progress=said.append) as url, connected(url) as connection:
        await connection.execute("create table kept (word text); insert into kept values ('말')")
    assert said == ["Making the database …", "Starting the database …"]
    said.clear()
    async with EmbeddedPostgres(tmp_path, progress=said.append) as url, connected(url) as connection:
        assert await connection.fetchval("select word from kept") == "말"
    assert said == ["Starting the database …"]


async def test_only_our_user_can_reach_it_and_no_port_is_open(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as url, connected(url) as connection:
        assert await connection.fetchval("show listen_addresses") == ""
        assert mode_of(Path(str(make_url(url).query["host"]))) == 0o700
        assert mode_of(tmp_path / "postgres") == 0o700


async def test_a_path_with_spaces_korean_and_separators_works(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "내 면접, 2026: 새 폴더") as url, connected(url) as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / ("long" * 30)) as url, connected(url) as connection:
        assert await connection.fetchval("select 1") == 1


async def test_the_second_on_one_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as url:
        with pytest.raises(AlreadyRunning, match="already running"):
            await EmbeddedPostgres(tmp_path).__aenter__()
        owner, told = await owner_of(tmp_path)
        await kill(owner)
        assert "already running" in told["error"]
        async with connected(url) as connection:
            assert await connection.fetchval("select 1") == 1, "the first one lives on"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_kill_9_of_the_owner_leaves_no_server_and_the_next_start_works(tmp_path: Path) -> None:
    owner, told = await owner_of(tmp_path)
    assert lives(told["pid"])
    await kill(owner)
    await until(lambda: not lives(told["pid"]))
    assert "database system is shut down" in next((tmp_path / "postgres").glob("*.log")).read_text()
    async with EmbeddedPostgres(tmp_path) as url, connected(url) as connection:
        assert await connection.fetchval("select 1") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_a_server_that_outlived_owner_and_babysitter_is_stopped_by_the_next_start(
    tmp_path: Path,
) -> None:
    owner, told = await owner_of(tmp_path)
    for process in babysitter_of(told["pid"]):
        os.kill(process, signal.SIGKILL)
    await kill(owner)
    assert lives(told["pid"])

    said: list[str] = []
    async with EmbeddedPostgres(tmp_path, progress=said.append) as url, connected(url) as connection:
        assert await connection.fetchval("select 1") == 1
    assert "Stopping a database that was left behind …" in said
    assert not lives(told["pid"])


async def test_F10_a_server_that_is_killed_is_started_again_with_what_was_committed(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path)
    async with postgres as url:
        async with connected(url) as connection:
            await connection.execute("create table kept as select 1 as n")
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            await wait_for(url)
        async with connected(url) as connection:
            assert await connection.fetchval("select n from kept") == 1


@pytest.mark.parametrize("writer", ["a living stranger", "a server that died"])
async def test_what_an_earlier_server_wrote_down_does_not_mislead_the_start(
    tmp_path: Path, writer: str
) -> None:
    async with EmbeddedPostgres(tmp_path):
        pass
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    pid = gone.pid if writer == "a server that died" else os.getpid()
    (data,) = (tmp_path / "postgres").glob("pg[0-9][0-9]")
    (data / "postmaster.pid").write_text(f"{pid}\n{data}\n1\n5432\n/nowhere\n\n\nready\n")
    async with EmbeddedPostgres(tmp_path) as url, connected(url) as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_cluster_half_made_by_a_crash_is_made_anew(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres" / "pg.init"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    async with EmbeddedPostgres(tmp_path) as url, connected(url) as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_server_that_cannot_start_says_why_and_lets_the_folder_go(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="no_such_setting"):
        await EmbeddedPostgres(tmp_path, settings={"no_such_setting": "1"}).__aenter__()
    async with EmbeddedPostgres(tmp_path):
        pass


async def test_sorting_and_case_know_korean_and_accents(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as url, connected(url) as connection:
        assert await connection.fetchval("select upper('é가')") == "É가"
        words = await connection.fetch("select w from unnest(array['다','가','나']) w order by w")
        assert [row["w"] for row in words] == ["가", "나", "다"]


@as_root
async def test_it_runs_as_an_ordinary_user_too(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    # It keeps root's right to look everywhere, as the interpreter may lie under /root.
    rights = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    owner, told = await owner_of(
        tmp_path, "setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *rights
    )
    assert "url" in told, told
    assert owner_uid(told["pid"]) == nobody.pw_uid
    await kill(owner)


@as_root
async def test_root_without_user_namespaces_runs_it_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setpriv = shutil.which("setpriv")
    assert setpriv is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "setpriv").symlink_to(setpriv)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    said: list[str] = []
    for _ in range(2):
        postgres = EmbeddedPostgres(tmp_path / "data", progress=said.append)
        async with postgres as url, connected(url) as connection:
            assert await connection.fetchval("select 1") == 1
            assert postgres.pid is not None
            assert owner_uid(postgres.pid) == pwd.getpwnam("nobody").pw_uid
    assert said.count("Making the database …") == 1


@as_root
async def test_root_without_any_way_down_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PostgresError, match="ordinary user"):
        await EmbeddedPostgres(tmp_path).__aenter__()


def test_a_named_postgresql_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="VIVA_PG_BIN"):
        find_binaries({"VIVA_PG_BIN": str(tmp_path)})


def test_a_named_postgresql_is_taken() -> None:
    found = find_binaries({})
    assert find_binaries({"VIVA_PG_BIN": str(found.folder)}) == found


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_every_spelling_of_a_postgresql_address_is_understood(scheme: str) -> None:
    assert database_url(f"{scheme}://viva:s%40t@db:5433/x") == "postgresql+asyncpg://viva:s%40t@db:5433/x"


@pytest.mark.parametrize("text", ["mysql://db/x", "sqlite:///x", "no url"])
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(PostgresError, match="VIVA_DATABASE_URL"):
        database_url(text)


async def test_F11_a_database_that_is_not_there_is_waited_for_aloud(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as url:
        pass
    said: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        waiting = group.create_task(wait_for(url, progress=said.put_nowait))
        assert (await said.get()).startswith("Waiting for the database at viva@")
        assert not waiting.done()
        async with EmbeddedPostgres(tmp_path):
            await waiting
    assert (await said.get()).endswith("is there.")


async def test_F11_what_waiting_does_not_mend_is_said_at_once(postgres_url: str) -> None:
    missing = make_url(postgres_url).set(database="no_such_database").render_as_string(hide_password=False)
    with pytest.raises(PostgresError, match="no_such_database"):
        await wait_for(missing)


async def test_F11_a_database_that_is_there_is_not_talked_about(postgres_url: str) -> None:
    said: list[str] = []
    await wait_for(postgres_url, progress=said.append)
    assert said == []
