"""Which status each decision has, and what the framework's own exceptions mean in our words."""

from typing import Any

from litestar.exceptions import HTTPException, ValidationException

from viva.platform.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    VivaError,
)
from viva.platform.web.explain import explain

_STATUSES: tuple[tuple[type[VivaError], int], ...] = (
    (Malformed, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (Invalid, 422),
    (TooManyRequests, 429),
    (Unavailable, 503),
)


class MethodNotAllowed(VivaError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"
    message = "This address does not accept that method."

    def __init__(self, allow: str = "") -> None:
        super().__init__()
        self.allow = allow


def status_of(error: VivaError) -> int:
    """The HTTP status; 500 for an error that is none of the named decisions."""
    if isinstance(error, MethodNotAllowed):
        return 405
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


_BY_STATUS: dict[int, type[VivaError]] = {
    400: Malformed,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: Malformed,
    422: Invalid,
}


def as_viva_error(error: Exception) -> VivaError | None:
    """`error` in our words; None for what nobody expected."""
    match error:
        case VivaError():
            return error
        case ValidationException():
            return _of_validation(error)
        case HTTPException(status_code=405):
            return MethodNotAllowed((error.headers or {}).get("allow", ""))
        case HTTPException(status_code=429):
            return TooManyRequests(retry_after_s=_retry_after(error, 60))
        case HTTPException(status_code=503):
            return Unavailable(retry_after_s=_retry_after(error, 5))
        case HTTPException() if kind := _BY_STATUS.get(error.status_code):
            return kind()
    return None


def _retry_after(error: HTTPException, otherwise_s: int) -> int:
    value = (error.headers or {}).get("Retry-After", "")
    return int(value) if value.isdigit() else otherwise_s


def _of_validation(error: ValidationException) -> VivaError:
    """A path that holds no such id is a 404; every other value is named with what is wrong with it."""
    problems: list[dict[str, Any]] = error.extra if isinstance(error.extra, list) else []
    if any(problem.get("source") == "path" for problem in problems):
        return NotFound()
    if not problems:
        return Malformed()
    return Invalid(fields={_field(problem): explain(str(problem.get("message", ""))) for problem in problems})


def _field(problem: dict[str, Any]) -> str:
    key = str(problem.get("key", "data")).removeprefix("data.")
    return "body" if key == "data" else key


def headers_of(error: VivaError) -> dict[str, str]:
    """What the status demands beside the body."""
    if isinstance(error, TooManyRequests | Unavailable):
        return {"Retry-After": str(max(1, error.retry_after_s))}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, MethodNotAllowed) and error.allow:
        return {"Allow": error.allow}
    return {}
