"""What a browser sees on a page of the dashboard that it may not open."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response

from viva.auth import CandidatePrincipal, Principal
from viva.platform.errors import VivaError
from viva.platform.i18n import N_, gettext
from viva.platform.web import Page, message_of, request_id, see_other

StaffRequest = Request[Principal, Any, Any]


def refused(request: StaffRequest, error: VivaError) -> Response[Any]:
    """A browser that holds only a candidate's cookie is led to the sign-in; staff read what they may not."""
    if isinstance(request.user, CandidatePrincipal):
        return see_other(f"/login?{urlencode({'next': request.url.path, 'reason': 'unauthenticated'})}")
    title = gettext(N_("This is not allowed"))
    context = {"status": 403, "code": error.code, "title": title, "message": message_of(error)}
    return Page("errors/error.html", context | {"request_id": request_id()}, 403)
