"""The web as every module meets it: pages, forms, errors as answers, limits, and the layers around it all."""

from viva.platform.web.answers import Page, is_local, see_other
from viva.platform.web.clients import Clients
from viva.platform.web.context import request_id
from viva.platform.web.decoding import parse_json
from viva.platform.web.failures import status_of
from viva.platform.web.forms import FormErrors, parse_form
from viva.platform.web.health import Check, NotReady
from viva.platform.web.limits import RateLimiter
from viva.platform.web.plumbing import Plumbing, create_plumbing
from viva.platform.web.responses import ErrorBody, message_of, wants_page
from viva.platform.web.templating import datetime_of

__all__ = [
    "Check",
    "Clients",
    "ErrorBody",
    "FormErrors",
    "NotReady",
    "Page",
    "Plumbing",
    "RateLimiter",
    "create_plumbing",
    "datetime_of",
    "is_local",
    "message_of",
    "parse_form",
    "parse_json",
    "request_id",
    "see_other",
    "status_of",
    "wants_page",
]
