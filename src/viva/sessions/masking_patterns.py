"""The patterns that a text is searched for, chosen by the letters in it.

They are read on recognised speech, where numbers may be words and capitals may be missing.
"""

import re
from collections.abc import Iterator

from viva.sessions.masking_contacts import CONTACTS
from viva.sessions.masking_english import ENGLISH
from viva.sessions.masking_family import FAMILY_EN, FAMILY_KO
from viva.sessions.masking_korean import KOREAN
from viva.sessions.masking_words import Pattern

_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")


def patterns_for(text: str) -> Iterator[Pattern]:
    """In order of precedence where two stand in the same place; a script that is absent costs nothing."""
    yield from CONTACTS
    if _HANGUL.search(text):
        yield from KOREAN
        yield from FAMILY_KO
    if _LATIN.search(text):
        yield from ENGLISH
        yield from FAMILY_EN
