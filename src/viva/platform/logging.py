"""Structured logs: JSON lines in production, readable lines in development, nothing personal in either (S39).

Everything ends up in one place on stderr: structlog's own events and the standard library's (uvicorn,
SQLAlchemy, vendors' SDKs). Tracebacks are printed without local variables, because those hold what people
said.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from viva.platform.settings import Settings

REDACTED = "[redacted]"
_PERSONAL = frozenset(
    {
        *("email", "name", "user_name", "username", "candidate_name", "phone", "address", "ip", "client"),
        *("text", "transcript", "utterance", "answer", "words", "quote", "prompt", "body", "data", "form"),
        *("token", "candidate_token", "access_token", "refresh_token", "password", "secret", "secret_key"),
        *("authorization", "cookie", "set_cookie", "api_key", "credential", "join_url", "url", "query"),
        *("sdp", "candidate", "headers", "payload", "params"),
    }
)
_SECRETS = re.compile(r"\b(?:vcand|vkey|vref|eyJ)[\w.-]{8,}|(?i:bearer)\s+\S+")
"""Our tokens and JWTs, wherever they stand in a text."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_QUIET = (
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "alembic",
    "aioice",
    "aiortc",
    "httpx",
    "httpcore",
    "faster_whisper",
    "websockets",
)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what names a person or opens a door, by key at any depth, and by shape inside texts."""
    for key in list(event):
        event[key] = REDACTED if _is_personal(key) else _clean(event[key])
    return event


def _is_personal(key: object) -> bool:
    return str(key).lower().replace("-", "_") in _PERSONAL


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _EMAIL.sub(REDACTED, _SECRETS.sub(REDACTED, value))
    if isinstance(value, dict):
        return {key: REDACTED if _is_personal(key) else _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """No value begins a line of its own: a forged CR or LF cannot make a second record."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = value.replace("\r", "\\r").replace("\n", "\\n")
    return event


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Set logging up for this process; to be called once, before anything logs."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                one_line,
                _renderer(production=settings.is_production),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _hush(level)


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]


def _renderer(*, production: bool) -> Processor:
    if production:
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=_named)
    # The traceback is already text here, without locals; the console renderer prints it as it is.
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def _named(value: object) -> str:
    return str(value) if type(value).__str__ is not object.__str__ else type(value).__name__


def _hush(level: int) -> None:
    """Libraries speak from warnings on; uvicorn's own handlers would print everything twice."""
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def bind(**values: object) -> None:
    """Add values (ids, never names) to every line of this request or task."""
    structlog.contextvars.bind_contextvars(**values)


def clear_context() -> None:
    """Forget what was bound."""
    structlog.contextvars.clear_contextvars()
