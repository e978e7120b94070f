"""What handlers give back for pages."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.enums import MediaType
from litestar.response import Redirect, Template

from viva.platform.web.templating import page_context


class Page(Template):
    """A rendered template: `Page("room/consent.html", {...})`, 422 for a form that comes back."""

    def __init__(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        status: int = 200,
        *,
        headers: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            template,
            context=dict(context or {}),
            status_code=status,
            media_type=MediaType.HTML,
            headers=headers,
        )

    def create_template_context(self, request: Request[Any, Any, Any]) -> dict[str, Any]:
        """The page's own values and those that every page has: `request`, `locale`, `now`."""
        return {"request": request, "path": request.scope["path"]} | page_context() | self.context


def see_other(url: str) -> Redirect:
    """303: what a form's handler answers when it is done, so that a reload sends nothing twice."""
    return Redirect(url, status_code=303)


def is_local(url: str) -> bool:
    """Whether `url` is a path on this server: never another host, scheme or script."""
    return (
        url.startswith("/")
        and not url.startswith(("//", "/\\"))
        and url.isprintable()
        and "\\" not in url
        and len(url) <= 2000
    )
