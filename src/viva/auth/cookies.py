"""The two cookies. `__Host-` binds each to this host and to https, as which browsers count localhost."""

from litestar.datastructures import Cookie

from viva.auth.model import LOGIN_LIFETIME

USER_COOKIE = "__Host-viva"
CANDIDATE_COOKIE = "__Host-viva-candidate"


def user_cookie(value: str) -> Cookie:
    """The cookie of a page login."""
    return _cookie(USER_COOKIE, value, int(LOGIN_LIFETIME.total_seconds()))


def candidate_cookie(value: str, *, max_age_s: int) -> Cookie:
    """The cookie of a candidate; a newer session's takes the place of an older one."""
    return _cookie(CANDIDATE_COOKIE, value, max_age_s)


def no_cookie(name: str) -> Cookie:
    """Takes the cookie `name` away from the browser."""
    return _cookie(name, "", 0)


def _cookie(name: str, value: str, max_age_s: int) -> Cookie:
    return Cookie(
        key=name, value=value, path="/", max_age=max_age_s, secure=True, httponly=True, samesite="lax"
    )
