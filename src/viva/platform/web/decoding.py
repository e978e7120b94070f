"""JSON from outside, read strictly: what is doubtful is refused as `Malformed` and never reaches a handler.

Refused: text that is not UTF-8, nesting deeper than 32, the same key twice (S38), NUL and lone surrogates
(no database text can hold them), `NaN`, infinities and integers beyond 64 bits (S17).
"""

import json
import math
from typing import Any

from viva.platform.errors import Malformed

MAX_DEPTH = 32
_INT_LIMIT = 2**63


def parse_json(body: bytes) -> Any:
    """The document as plain Python values. Raises `Malformed`."""
    try:
        document = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_repeats,
            parse_int=_small_int,
            parse_float=_finite,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        raise Malformed from None
    _check(document)
    return document


def is_storable(text: str) -> bool:
    """Whether a database text can hold it: no NUL, no lone surrogate."""
    if "\0" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice")
    return found


def _small_int(text: str) -> int:
    number = int(text)
    if not -_INT_LIMIT <= number < _INT_LIMIT:
        raise ValueError("an integer beyond 64 bits")
    return number


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond measure")
    return number


def _refuse(_text: str) -> float:
    raise ValueError("not a JSON number")


def _check(document: Any) -> None:
    """Walk without recursion, so that the walk itself cannot be made to fall."""
    level = [document]
    for _ in range(MAX_DEPTH + 1):
        if not all(is_storable(value) for value in level if isinstance(value, str)):
            raise Malformed
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return
    raise Malformed


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []
