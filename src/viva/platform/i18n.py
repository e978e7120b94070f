"""Words in the person's language. The English text is the message's id; Korean comes from `locales/ko/*.po`.

Catalogs are built in memory from the `.po` files, so there is nothing compiled to forget. Placeholders are
`str.format` ones (`{name}`) everywhere, because a translator can reorder them and a stray `%` does no harm.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from viva.platform.paths import LOCALES

Locale = Literal["ko", "en"]
LOCALES_KNOWN: tuple[Locale, ...] = ("ko", "en")
DEFAULT_LOCALE: Locale = "ko"

_locale: ContextVar[Locale] = ContextVar("viva_locale", default=DEFAULT_LOCALE)
_chosen: ContextVar[bool] = ContextVar("viva_locale_chosen", default=False)


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for it, which the extractor knows)
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


class Catalogs:
    """All translations in memory, one per language. English needs none: its text is the id."""

    def __init__(self, folder: Path = LOCALES) -> None:
        self._by_locale: Mapping[Locale, NullTranslations] = {
            "en": NullTranslations(),
            "ko": _translations(folder / "ko", "ko"),
        }

    def of(self, locale: Locale) -> NullTranslations:
        """The translations of one language."""
        return self._by_locale[locale]


def _translations(folder: Path, locale: Locale) -> Translations:
    merged = Catalog(locale=locale)
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id and message.string and not message.fuzzy:
                    merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(fp=compiled)


_catalogs: Catalogs | None = None


def catalogs() -> Catalogs:
    """The catalogs that ship with the program, read at the first use and kept."""
    global _catalogs  # noqa: PLW0603 (read once per process, never changed after)
    if _catalogs is None:
        _catalogs = Catalogs()
    return _catalogs


def gettext(message: str) -> str:
    """`message` in the current language, or itself where there is no translation."""
    return catalogs().of(_locale.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count` in the current language; Korean has one."""
    return catalogs().of(_locale.get()).ngettext(one, many, count)


def current_locale() -> Locale:
    """The language of this request or task."""
    return _locale.get()


def locale_from(value: str | None) -> Locale | None:
    """`value` as a language that is spoken here (`ko-KR` is `ko`), else None."""
    primary = (value or "").strip().lower().replace("_", "-").partition("-")[0]
    return primary if primary in LOCALES_KNOWN else None


def negotiate(accept_language: str) -> Locale | None:
    """The best language of an `Accept-Language` header that is spoken here; odd headers give None."""
    best: tuple[float, Locale] | None = None
    for part in accept_language[:1000].split(","):
        tag, _, parameter = part.partition(";")
        locale = locale_from(tag)
        quality = _quality(parameter)
        if locale and quality > 0 and (best is None or quality > best[0]):
            best = (quality, locale)
    return best[1] if best else None


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


def prefer_locale(locale: Locale) -> None:
    """Speak a page's own language (an interview's), unless the person has picked one themselves."""
    if not _chosen.get():
        _locale.set(locale)


@contextmanager
def use_locale(locale: Locale) -> Iterator[None]:
    """Speak `locale` inside the block."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


@contextmanager
def request_locale(locale: Locale, *, chosen: bool) -> Iterator[None]:
    """The language of one request; `chosen` says that the person picked it (a cookie), not their browser."""
    tokens = _locale.set(locale), _chosen.set(chosen)
    try:
        yield
    finally:
        _locale.reset(tokens[0])
        _chosen.reset(tokens[1])
