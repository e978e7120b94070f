"""Jinja as this house uses it: escaped, strict about what is undefined, speaking the person's language."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine

from viva.platform import i18n
from viva.platform.paths import TEMPLATES


def environment(static: Callable[[str], str], time_zone: str = "UTC") -> Environment:
    """The environment with its globals and filters; `static` gives an asset's address.

    The filters for dates and times speak of `time_zone` unless a template names another.
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Old-style gettext: a translation is plain text, escaped on its way out, and '%' is just a character.
    made.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=False)  # type: ignore[attr-defined]
    made.globals.update(static=static)
    made.filters.update(
        date=partial(date_of, zone=time_zone),
        time=partial(time_of, zone=time_zone),
        datetime=partial(datetime_of, zone=time_zone),
        duration=duration,
        clock=clock_duration,
    )
    return made


def engine_of(made: Environment) -> JinjaTemplateEngine:
    """Litestar's engine around `made`, without the globals it adds for what is not used here."""
    engine = JinjaTemplateEngine.from_environment(made)
    for name in ("csrf_token", "url_for_static_asset"):
        made.globals.pop(name, None)
    return engine


_CLOCK = {"ko": "aaaa h:mm", "en": "h:mm a"}
"""Babel's own short time says PM in Korean; people say 오후."""


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def date_of(moment: datetime, zone: str = "UTC") -> str:
    """The day, written out, in `zone`."""
    return str(format_date(moment.astimezone(_zone(zone)), "long", locale=i18n.current_locale()))


def time_of(moment: datetime, zone: str = "UTC") -> str:
    """Hours and minutes in `zone`."""
    language = i18n.current_locale()
    return str(format_time(moment, _CLOCK[language], tzinfo=_zone(zone), locale=language))


def datetime_of(moment: datetime, zone: str = "UTC") -> str:
    """Day and time in `zone`, and the zone's name, so that nobody has to guess."""
    name = get_timezone_name(_zone(zone), locale=i18n.current_locale())
    return f"{date_of(moment, zone)} {time_of(moment, zone)} ({name})"


def duration(span_ms: int) -> str:
    """A span in words: minutes and seconds, or seconds alone."""
    minutes, seconds = divmod(round(span_ms / 1000), 60)
    if not minutes:
        return i18n.ngettext("{count} second", "{count} seconds", seconds).format(count=seconds)
    words = i18n.ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    if not seconds:
        return words
    return f"{words} {i18n.ngettext('{count} second', '{count} seconds', seconds).format(count=seconds)}"


def clock_duration(span_ms: int) -> str:
    """A span as a player shows it, such as 3:07."""
    minutes, seconds = divmod(span_ms // 1000, 60)
    return f"{minutes}:{seconds:02d}"


def page_context() -> dict[str, Any]:
    """What every page may use beside its own values."""
    return {"locale": i18n.current_locale(), "now": datetime.now(UTC)}
