"""The embedded PostgreSQL: made on first use, started with us, and gone when we are, however we end."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import structlog
from sqlalchemy import URL

from viva.platform.postgres.babysitter import Babysitter
from viva.platform.postgres.binaries import Binaries, find_binaries
from viva.platform.postgres.cluster import Cluster
from viva.platform.postgres.errors import PostgresError
from viva.platform.postgres.run_as import command_prefix

log = structlog.get_logger(__name__)

START_TIMEOUT_S = 60.0
"""Long enough to replay a crashed server's log."""
_POLL_S = 0.02
_WATCH_S = 0.5
_NAME = "viva"
"""Of the user and of the database."""
_BUILTIN_LOCALE_SINCE = 17
_IO_METHOD_SINCE = 18
_NOTHING: Mapping[str, str] = MappingProxyType({})


class EmbeddedPostgres:
    """A private PostgreSQL under `data_dir`, reachable through a socket that only our user may open.

    `async with EmbeddedPostgres(data_dir) as url` gives the `postgresql+asyncpg://` URL of a database that
    exists. The server ends when the block does, and within a fraction of a second when this process is
    killed; should it end before, it is started again. `progress` is told what takes time, in a few words;
    `settings` are PostgreSQL's own and win over ours.

    Raises `AlreadyRunning` when another process holds the folder and `PostgresError` when there is no
    PostgreSQL, when it may not run here, or when it does not start; the message says which and why.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        progress: Callable[[str], None] = lambda _words: None,
        settings: Mapping[str, str] = _NOTHING,
    ) -> None:
        self._data_dir = data_dir
        self._progress = progress
        self._settings = settings
        self._cluster: Cluster | None = None
        self._babysitter: Babysitter | None = None
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> str:
        binaries = await asyncio.to_thread(find_binaries)
        prefix = await asyncio.to_thread(command_prefix, binaries.postgres)
        cluster = Cluster(self._data_dir, binaries.major)
        cluster.claim()
        self._cluster = cluster
        try:
            if not cluster.exists():
                self._progress("Making the database …")
                await _make(cluster, binaries, prefix)
            await self._stop_orphan(cluster)
            await self._start(cluster, [*prefix, str(binaries.postgres)], binaries.major)
            await _create_database(cluster.socket_folder())
            self._watch = asyncio.create_task(
                self._keep_running(cluster, [*prefix, str(binaries.postgres)], binaries.major),
                name="postgres",
            )
        except BaseException:
            await self.stop()
            raise
        return _url(cluster.socket_folder())

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._cluster.pid_on_file() if self._cluster else None

    async def stop(self) -> None:
        """Roll back what is open, write everything down, end. Does nothing when it does not run."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        if self._babysitter is not None:
            await self._babysitter.stop()
            self._babysitter = None
        if self._cluster is not None:
            self._cluster.unclaim()
            self._cluster = None

    async def _stop_orphan(self, cluster: Cluster) -> None:
        """End a server that outlived its process and its babysitter."""
        if cluster.interrupt_orphan():
            self._progress("Stopping a database that was left behind …")
            await _until(lambda: not cluster.orphan_lives(), cluster, "A database left behind does not stop")
        cluster.forget_stranger()

    async def _start(self, cluster: Cluster, server: list[str], major: int) -> None:
        self._progress("Starting the database …")
        self._babysitter = babysitter = Babysitter(
            [*server, *_arguments(cluster, major, self._settings)], log=cluster.log
        )
        await _until(
            lambda: cluster.is_ready() or babysitter.ended(), cluster, "The database is not ready in time"
        )
        if babysitter.ended():
            raise PostgresError(f"The database did not start: {cluster.last_words()}")

    async def _keep_running(self, cluster: Cluster, server: list[str], major: int) -> None:
        """F10: start the server again when it ends without being asked, such as for lack of memory."""
        while True:
            await asyncio.sleep(_WATCH_S)
            if self._babysitter is None or not self._babysitter.ended():
                continue
            log.error("embedded_postgres_ended", last_words=cluster.last_words())
            await self._babysitter.stop()
            try:
                await self._start(cluster, server, major)
            except PostgresError as error:
                log.error("embedded_postgres_does_not_start", reason=str(error))


async def _until(true: Callable[[], bool], cluster: Cluster, otherwise: str) -> None:
    """Poll, because none of this is a child of ours that could be waited for."""
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not true():  # noqa: ASYNC110 (files and foreign processes have no event to wait for)
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise PostgresError(f"{otherwise}: {cluster.last_words()}") from None


async def _make(cluster: Cluster, binaries: Binaries, prefix: tuple[str, ...]) -> None:
    """Make a cluster aside and move it into place whole, so that a crash leaves none that is half made."""
    unfinished = cluster.unfinished()
    process = await asyncio.create_subprocess_exec(
        *prefix,
        str(binaries.initdb),
        f"--pgdata={unfinished}",
        f"--username={_NAME}",
        "--auth=trust",  # the socket's folder is the lock: only our user may enter it
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",  # nothing is in it yet that could be lost
        *(
            ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            if binaries.major >= _BUILTIN_LOCALE_SINCE
            else ()
        ),
        stdout=PIPE,
        stderr=STDOUT,
        env={**os.environ, "LC_ALL": "C"},
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        words = " / ".join(line.strip() for line in output.decode(errors="replace").splitlines()[-3:])
        raise PostgresError(f"The database could not be made in {cluster.home}: {words}")
    unfinished.rename(cluster.data)


def _arguments(cluster: Cluster, major: int, wanted: Mapping[str, str]) -> list[str]:
    ours = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.socket_folder()),
        "unix_socket_permissions": "0700",
        "shared_buffers": "64MB",
        "max_connections": "50",
    }
    if sys.platform == "linux":
        ours["recovery_init_sync_method"] = "syncfs"
    if major >= _IO_METHOD_SINCE:
        ours["io_method"] = "sync"
    settings = [word for name, value in {**ours, **wanted}.items() for word in ("-c", f"{name}={value}")]
    return ["-D", str(cluster.data), *settings]


async def _create_database(socket_folder: Path) -> None:
    connection = await asyncpg.connect(host=str(socket_folder), user=_NAME, database="postgres", timeout=10)
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", _NAME):
            await connection.execute(f'create database "{_NAME}"')
    finally:
        await connection.close()


def _url(socket_folder: Path) -> str:
    url = URL.create("postgresql+asyncpg", username=_NAME, database=_NAME, query={"host": str(socket_folder)})
    return url.render_as_string(hide_password=False)
