"""Errors as answers: one JSON shape for programs, a page in the person's language for people (S40).

What nobody expected is logged with its traceback and answered in general words: no stack, no SQL, no name of
a table ever leaves the house.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import structlog
from jinja2 import Environment
from litestar import Request, Response
from litestar.enums import MediaType
from markupsafe import escape

from viva.platform.errors import Invalid, Unauthenticated, VivaError
from viva.platform.i18n import N_, gettext
from viva.platform.web.answers import is_local, see_other
from viva.platform.web.context import request_id
from viva.platform.web.failures import as_viva_error, headers_of, status_of
from viva.platform.web.templating import page_context

log = structlog.get_logger(__name__)

_MACHINES = ("/api/", "/healthz", "/readyz", "/metrics", "/static/")
_CANDIDATES = ("/i/", "/interview/", "/privacy")
"""People who come here have an invitation and no account: the sign-in page would be a dead end."""

TITLES = {
    400: N_("The request could not be read"),
    401: N_("Please sign in"),
    403: N_("This is not allowed"),
    404: N_("Nothing is here"),
    405: N_("This is not possible here"),
    409: N_("This is not possible right now"),
    413: N_("This is too large"),
    422: N_("Please check what you entered"),
    429: N_("Too many attempts"),
    503: N_("Briefly unavailable"),
}
_TITLE = N_("Something went wrong")


class ErrorBody(msgspec.Struct, frozen=True):
    """The one shape of an error on the wire. `code` is stable, `message` is for a person."""

    code: str
    message: str
    detail: dict[str, Any]


class ErrorResponses:
    """Turns whatever was raised into an answer."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def handler(self, request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
        """Litestar's exception handler for every exception."""
        return self.answer(request, exception)

    def answer(self, request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
        """The answer; logs what nobody expected."""
        error = as_viva_error(exception)
        if error is None:
            log.error("unexpected_error", error=type(exception).__name__, exc_info=exception)
            error = VivaError()
        if not wants_page(request):
            return _json(error)
        if isinstance(error, Unauthenticated) and not request.scope["path"].startswith(_CANDIDATES):
            return see_other(_sign_in(request, error))
        return self._page(error)

    def _page(self, error: VivaError) -> Response[Any]:
        status = status_of(error)
        context = {
            "status": status,
            "code": error.code,
            "title": gettext(TITLES.get(status, _TITLE)),
            "message": message_of(error),
            "request_id": request_id(),
        }
        return Response(
            self._render(context),
            status_code=status,
            media_type=MediaType.HTML,
            headers=_headers(error),
        )

    def _render(self, context: dict[str, Any]) -> str:
        """An error page must never be the reason for another error: without its template it is bare."""
        try:
            template = self._environment.get_template("errors/error.html")
            return template.render(page_context() | {"path": "/"} | context)
        except Exception:
            log.exception("error_page_failed")
            return (
                f"<!doctype html><title>{escape(context['title'])}</title><p>{escape(context['message'])}</p>"
            )


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person's browser is asking, by address and by what it accepts."""
    if request.scope["path"].startswith(_MACHINES):
        return False
    accept = request.headers.get("accept", "")
    return "text/html" in accept or "application/json" not in accept


def message_of(error: VivaError) -> str:
    """The error's sentence in the current language, its placeholders filled."""
    text = gettext(error.message)
    try:
        return text.format(**error.params)
    except (KeyError, IndexError, ValueError):
        log.error("error_message_incomplete", code=error.code)
        return text


def _json(error: VivaError) -> Response[Any]:
    return Response(
        ErrorBody(code=error.code, message=message_of(error), detail=_detail(error)),
        status_code=status_of(error),
        media_type=MediaType.JSON,
        headers=_headers(error),
    )


def _detail(error: VivaError) -> dict[str, Any]:
    detail: dict[str, Any] = {"request_id": request_id(), "retryable": error.retryable}
    plain: dict[str, Any] = {key: value for key, value in error.params.items() if _is_plain(value)}
    if isinstance(error, Invalid) and isinstance(fields := error.params.get("fields"), dict):
        plain["fields"] = {str(name): gettext(str(message)) for name, message in fields.items()}
    return detail | plain


def _is_plain(value: object) -> bool:
    """What may stand in a detail as it is: words, figures, and lists of words."""
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return isinstance(value, str | int | float | bool)


def _headers(error: VivaError) -> dict[str, Any]:
    return dict(headers_of(error))


def _sign_in(request: Request[Any, Any, Any], error: VivaError) -> str:
    """The sign-in page, with the reason to show and the place to come back to."""
    return f"/login?{urlencode({'next': _place(request), 'reason': error.code})}"


def _place(request: Request[Any, Any, Any]) -> str:
    """Where the person was: this address, or for a form the page that it was on."""
    if request.method in {"GET", "HEAD"}:
        query = request.scope["query_string"].decode("latin-1")
        here = request.scope["path"] + (f"?{query}" if query else "")
    else:
        referer = urlsplit(request.headers.get("referer", ""))
        same = referer.netloc == request.headers.get("host", "")
        here = referer.path if same and referer.path else "/"
    return here if is_local(here) else "/"
