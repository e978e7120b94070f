"""Everything that stands between the server and the handlers, made once from the settings.

`bootstrap` hands the parts to `Litestar(...)` and then calls `install`, which puts the layers around the
application's own router.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog
from jinja2 import Environment
from litestar import Litestar
from litestar.exceptions import HTTPException, WebSocketException
from litestar.handlers import HTTPRouteHandler
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from litestar.types import ExceptionHandlersMap, Scope

from viva.platform.errors import VivaError
from viva.platform.metrics import Metrics
from viva.platform.paths import STATIC
from viva.platform.settings import Settings
from viva.platform.web.assets import Assets
from viva.platform.web.bodies import FORM_PARTS_MAX, UPLOAD_MAX_BYTES, BodyLimit
from viva.platform.web.boundary import Boundary
from viva.platform.web.clients import Clients
from viva.platform.web.context import RequestContext
from viva.platform.web.cors import CrossOrigin
from viva.platform.web.csrf import SameSiteWrites
from viva.platform.web.headers import SecurityHeaders
from viva.platform.web.health import Check, health_routes
from viva.platform.web.hosts import KnownHosts
from viva.platform.web.language import PersonsLanguage, language_route
from viva.platform.web.layers import Layer, is_http, wrap
from viva.platform.web.origins import Origins, origins_of
from viva.platform.web.request import StrictRequest
from viva.platform.web.responses import ErrorResponses
from viva.platform.web.sockets import SocketOrigins
from viva.platform.web.templating import engine_of, environment

log = structlog.get_logger(__name__)


class Plumbing(msgspec.Struct, frozen=True):
    """The parts. `options()` is what `Litestar` takes besides route handlers, plugins and lifespan."""

    routes: list[HTTPRouteHandler]
    layers: Sequence[Layer]
    exception_handlers: ExceptionHandlersMap
    template_config: TemplateConfig[JinjaTemplateEngine]
    environment: Environment
    metrics: Metrics
    clients: Clients
    origins: Origins

    def options(self) -> dict[str, Any]:
        """Keyword arguments for `Litestar(route_handlers=[*plumbing.routes, ...], **plumbing.options())`."""
        return {
            "exception_handlers": self.exception_handlers,
            "after_exception": [log_socket_failure],
            "template_config": self.template_config,
            "request_class": StrictRequest,
            "request_max_body_size": UPLOAD_MAX_BYTES,
            "multipart_form_part_limit": FORM_PARTS_MAX,
            "logging_config": None,
            "debug": False,
            "pdb_on_exception": False,
        }

    def install(self, app: Litestar) -> Litestar:
        """Put the layers around `app` and give it back."""
        app.asgi_handler = wrap(app.asgi_handler, self.layers)
        return app


def create_plumbing(
    settings: Settings, *, checks: Mapping[str, Check] | None = None, metrics: Metrics | None = None
) -> Plumbing:
    """All of it. `checks` are what `/readyz` asks, by name."""
    metrics = metrics or Metrics()
    origins = origins_of(settings)
    https = settings.base_url.startswith("https://")
    assets = Assets(STATIC, versioned=settings.is_production)
    jinja = environment(assets.address, settings.time_zone)
    responses = ErrorResponses(jinja)
    return Plumbing(
        routes=[*health_routes(checks or {}, metrics), assets.route(), language_route(secure=https)],
        layers=_layers(settings, origins, metrics, responses),
        exception_handlers={Exception: responses.handler, HTTPException: responses.handler},
        template_config=TemplateConfig(instance=engine_of(jinja)),
        environment=jinja,
        metrics=metrics,
        clients=Clients(settings.trusted_proxies),
        origins=origins,
    )


def _layers(
    settings: Settings, origins: Origins, metrics: Metrics, responses: ErrorResponses
) -> tuple[Layer, ...]:
    """Outermost first: what must cover even a refusal, then the refusals, cheapest first."""
    return (
        RequestContext(metrics),
        SecurityHeaders(settings),
        PersonsLanguage(settings),
        Boundary(responses),
        KnownHosts(origins),
        CrossOrigin(origins),
        SocketOrigins(origins),
        SameSiteWrites(origins),
        BodyLimit(),
    )


async def log_socket_failure(error: Exception, scope: Scope) -> None:
    """Sockets have no exception handler: what nobody expected is logged here."""
    expected = isinstance(error, VivaError | HTTPException | WebSocketException)
    if not is_http(scope) and not expected:
        log.error("unexpected_error", error=type(error).__name__, exc_info=error)
