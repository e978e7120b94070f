"""PostgreSQL: the embedded one that starts with us, and waiting for one that others run."""

from viva.platform.postgres.errors import AlreadyRunning, PostgresError
from viva.platform.postgres.external import database_url, wait_for
from viva.platform.postgres.neighbour import can_start, running_beside
from viva.platform.postgres.supervisor import EmbeddedPostgres

__all__ = [
    "AlreadyRunning",
    "EmbeddedPostgres",
    "PostgresError",
    "can_start",
    "database_url",
    "running_beside",
    "wait_for",
]
