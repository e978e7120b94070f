"""Where a known person's name and mail address stand: in parts, with particles, in either script.

A given name alone is hidden, a family name alone only where it is rare enough to name somebody.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from viva.sessions.masking_words import COMMON_WORD, COMMON_WORD_KO, IGNORE_CASE
from viva.sessions.romanised import COMPOUND, family_names_spelled, heard, spelled, spelled_family_name

_SHORTEST_NAME = 2
_HANGUL_NAME = re.compile("[가-힣]{2,6}")
_PARTICLE = r"(?:이|씨)?(?=\s?[씨님]|[은는이가을를도와과의라입님야아랑한에처께만]|[\s.,!?)]|$)"
_ADDRESS = r"(?:\s?[씨님]|이(?:가|는|를|도|랑|한테|의)|[아야](?=[\s,!]))"
_AS_A_NAME = f"(?={_ADDRESS})"
"""Behind a given name that is an ordinary word too."""
_COMMON_ALONE = f"(?:{COMMON_WORD_KO.pattern})(?!{_ADDRESS})"
_ALONE = r"(?![A-Za-z])"
_ACCENTED = {
    "a": "àáâãäåā", "c": "çć", "e": "èéêëēę", "i": "ìíîïī", "n": "ñń", "o": "òóôõöøō", "s": "śš",
    "u": "ùúûüū", "y": "ýÿ", "z": "źžż",
}  # fmt: skip


@lru_cache(maxsize=64)
def name_patterns(name: str, email: str) -> tuple[re.Pattern[str], ...]:
    """Every pattern by which this person may be named."""
    return tuple(_patterns(name, email))


def _patterns(name: str, email: str) -> Iterator[re.Pattern[str]]:
    if email:
        yield re.compile(re.escape(email), IGNORE_CASE)
        # People read their address out; the part before the @ is often the name in one word.
        local = email.partition("@")[0]
        if len(local) > 3:
            yield _word(local)
    parts = name.split()
    whole = "".join(parts)
    if _HANGUL_NAME.fullmatch(whole):
        yield from _hangul(whole)
    elif len(whole) >= _SHORTEST_NAME:
        yield re.compile(r"\s*".join(map(re.escape, parts)), IGNORE_CASE)
        for part in parts:
            yield from _part(part)
        yield from _as_hangul(parts)


def _hangul(name: str) -> Iterator[re.Pattern[str]]:
    # Two syllables stand within many words, and a common word behind a family name's is often just that.
    apart = "" if COMMON_WORD_KO.fullmatch(name[1:]) else r"\s?"
    yield re.compile(("(?<![가-힣])" if len(name) == _SHORTEST_NAME else "") + apart.join(name))
    for family, given in _divided(name):
        if len(family) > 1:
            yield re.compile(rf"(?<![가-힣]){family}(?=\s?[씨님]|[\s.,]|$)")
        yield from _given(given)
        yield from _romanised(family, given)


def _divided(name: str) -> list[tuple[str, str]]:
    """Family and given name; two ways where the name begins like a compound family name."""
    ways = [(name[:1], name[1:])]
    if name.startswith(COMPOUND) and len(name) > 2:
        ways.append((name[:2], name[2:]))
    return ways


def _given(given: str) -> Iterator[re.Pattern[str]]:
    """People also use the given name alone."""
    if len(given) >= 2:
        behind = _AS_A_NAME if COMMON_WORD_KO.fullmatch(given) else _PARTICLE
        yield re.compile(rf"(?<![가-힣]){given}{behind}")


def _romanised(family: str, given: str) -> Iterator[re.Pattern[str]]:
    last, joined = spelled_family_name(family), spelled(given, "-?")
    apart = spelled(given, r"[\s-]?")
    if len(given) == 1:
        # "In Kim" could be two words of a sentence; what is spelled with capitals is a name.
        yield re.compile(rf"(?<![A-Za-z])(?={_CAPITALS})(?i:{last},?\s{joined}|{joined}\s{last}){_ALONE}")
        return
    yield re.compile(rf"(?<![A-Za-z])(?:{last},?\s?{apart}|{apart},?\s{last}){_ALONE}", IGNORE_CASE)
    yield re.compile(rf"(?<![A-Za-z])(?!{_ENGLISH_WORD}){joined}{_ALONE}", IGNORE_CASE)
    yield re.compile(rf"(?<![A-Za-z])(?={_CAPITALS})(?i:{apart}){_ALONE}")


_ENGLISH_WORD = r"(?:soon|union|june|gene|join|some|mini|sooner|junior|dozen|human)\b"
"""What a Korean given name may be spelled like and still be no name where it stands alone."""
_CAPITALS = r"[A-Z][a-z]{0,9},?[\s-][A-Z]"


def _part(part: str) -> Iterator[re.Pattern[str]]:
    if _HANGUL_NAME.fullmatch(part):
        yield re.compile(r"\s?".join(part))
    elif len(part) >= _SHORTEST_NAME:
        yield _word(part, 0 if COMMON_WORD.fullmatch(part) else IGNORE_CASE)


def _as_hangul(parts: list[str]) -> Iterator[re.Pattern[str]]:
    """Of a name that has a Korean family name first or last: the whole in Hangul, and the given name."""
    if len(parts) < 2:
        return
    orders = ((parts[0], " ".join(parts[1:])), (parts[-1], " ".join(parts[:-1])))
    for last, first in orders:
        families, given = family_names_spelled(last), heard(first.lower())
        if families and given:
            yield re.compile(rf"(?<![가-힣])(?:{'|'.join(families)})\s?{given}")
            yield re.compile(rf"(?<![가-힣])(?!{_COMMON_ALONE}){given}{_PARTICLE}")


def _word(part: str, flags: int = IGNORE_CASE) -> re.Pattern[str]:
    # Korean particles follow a Latin word without a space, so only Latin letters end it.
    letters = "".join(map(_letter, part))
    return re.compile(rf"(?<![A-Za-z0-9]){letters}(?![A-Za-z0-9])", flags)


def _letter(letter: str) -> str:
    """One letter with or without its accent; what parts a double name may be missing or a space."""
    if letter in "-–":
        return r"[\s–-]?"
    if letter in "'’":
        return r"['’]?"
    plain = unicodedata.normalize("NFD", letter)[0].lower()
    accented = _ACCENTED.get(plain, "")
    if not accented:
        return re.escape(letter)
    both = {letter, plain if letter.islower() else plain.upper()}
    same = "".join(sorted(both)) + (accented if letter.islower() else accented.upper())
    return f"(?:[{same}]e?)" if letter in "äöüÄÖÜ" else f"[{same}]"
