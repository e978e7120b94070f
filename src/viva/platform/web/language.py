"""The person's language: their choice in a cookie, else the page's own, else their browser's, else Korean."""

from http.cookies import CookieError, SimpleCookie
from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from viva.platform.errors import Invalid
from viva.platform.i18n import DEFAULT_LOCALE, N_, Locale, locale_from, negotiate, request_locale
from viva.platform.settings import Settings
from viva.platform.web.answers import is_local, see_other
from viva.platform.web.layers import header

_YEAR_S = 31_536_000


def cookie_name(*, secure: bool) -> str:
    """`__Host-` where it can be had: the prefix asks for https."""
    return "__Host-viva_lang" if secure else "viva_lang"


class PersonsLanguage:
    """The layer."""

    def __init__(self, settings: Settings) -> None:
        self._cookie = cookie_name(secure=settings.base_url.startswith("https://"))

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Speak the person's language while this request is answered."""
        chosen = locale_from(_cookie(header(scope, b"cookie") or "", self._cookie))
        offered = negotiate(header(scope, b"accept-language") or "")
        with request_locale(chosen or offered or DEFAULT_LOCALE, chosen=chosen is not None):
            await next_app(scope, receive, send)


def _cookie(cookies: str, name: str) -> str | None:
    try:
        found = SimpleCookie(cookies).get(name)
    except CookieError:
        return None
    return found.value if found else None


def language_route(*, secure: bool) -> HTTPRouteHandler:
    """`POST /language`: remember the language that the person picked, back to where they were."""

    @post("/language", opt={"public": True}, status_code=303, include_in_schema=False)
    async def choose_language(request: Request[Any, Any, Any]) -> Response[Any]:
        """Answers 303 with the cookie; `next` is only followed to a path on this server."""
        form = await request.form()
        locale = locale_from(str(form.get("language", "")))
        if locale is None:
            raise Invalid(fields={"language": N_("Please choose one of the options.")})
        back = str(form.get("next", "/"))
        answer = see_other(back if is_local(back) else "/")
        answer.set_cookie(_remembering(locale, secure=secure))
        return answer

    return choose_language


def _remembering(locale: Locale, *, secure: bool) -> Cookie:
    return Cookie(
        key=cookie_name(secure=secure),
        value=locale,
        max_age=_YEAR_S,
        path="/",
        httponly=True,
        secure=secure,
        samesite="lax",
    )
