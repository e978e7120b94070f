"""What stops the database from starting."""


class PostgresError(Exception):
    """The database cannot be used; the message is one sentence for the person who starts the server."""


class AlreadyRunning(PostgresError):
    """Another process of this program holds the same data folder."""
