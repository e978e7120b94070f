"""A model's words made plain, and how much is said in a text. Pure."""

import re

from viva.sessions import cleaned

_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:data|javascript|mailto):)\S*", re.IGNORECASE)


def plain(text: str) -> str:
    """A model's words as nothing but words: no markup, link or image survives (S29), whoever renders them."""
    without_links = _LINK.sub("(…)", cleaned(text))
    return without_links.replace("<", "‹").replace(">", "›").replace("](", "] (").replace("![", "[").strip()


def weight(text: str) -> int:
    """How much is said, comparable between scripts: letters and digits, a Hangul or Han one counts twice."""
    return sum(
        1 + ("\u3040" <= letter <= "\u9fff" or "가" <= letter <= "힣") for letter in text if letter.isalnum()
    )
