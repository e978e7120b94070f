"""What is wrong with a value, in the person's words: msgspec's English messages, translated by their kind."""

import re
from collections.abc import Callable

from viva.platform.i18n import N_, gettext, ngettext

_AT = re.compile(r" - at `.*`$")


def _plain(message: str) -> Callable[[re.Match[str]], str]:
    return lambda _match: gettext(message)


def _at_least(match: re.Match[str]) -> str:
    count = int(match["count"])
    if count <= 1:
        return gettext("This is needed.")
    return ngettext(
        "Please write at least {count} character.", "Please write at least {count} characters.", count
    ).format(count=count)


def _at_most(match: re.Match[str]) -> str:
    count = int(match["count"])
    return ngettext(
        "Please write at most {count} character.", "Please write at most {count} characters.", count
    ).format(count=count)


def _no_less(match: re.Match[str]) -> str:
    return gettext("Please choose {number} or more.").format(number=match["number"])


def _no_more(match: re.Match[str]) -> str:
    return gettext("Please choose {number} or less.").format(number=match["number"])


_KINDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (r"missing required field|[Mm]issing required", _plain(N_("This is needed."))),
        (r"Expected `str` of length >= (?P<count>\d+)", _at_least),
        (r"Expected `str` of length <= (?P<count>\d+)", _at_most),
        (r"Expected `(?:int|float)` >= (?P<number>-?[\d.]+)", _no_less),
        (r"Expected `(?:int|float)` <= (?P<number>-?[\d.]+)", _no_more),
        (r"Expected `str` matching regex", _plain(N_("This is not written as it should be."))),
        (r"Invalid enum value", _plain(N_("Please choose one of the options."))),
        (r"unknown field", _plain(N_("This field is not known here."))),
        (r"Expected `int", _plain(N_("Please write a whole number."))),
        (r"Expected `float", _plain(N_("Please write a number."))),
        (r"Expected `bool", _plain(N_("Please answer yes or no."))),
        (r"Expected `str", _plain(N_("Please write text here."))),
        (r"Invalid UUID|Expected `uuid", _plain(N_("This is not a valid id."))),
        (r"[Dd]atetime|RFC3339|`date`|Invalid date", _plain(N_("Please write a valid date and time."))),
    )
)


def explain(message: str) -> str:
    """One sentence for the person; a general one where msgspec says something unforeseen."""
    for pattern, say in _KINDS:
        if match := pattern.search(_AT.sub("", message)):
            return say(match)
    return gettext("This value is not accepted.")
