"""Text as a person sees it: what cannot be seen is taken out before anything is compared, sent or shown."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "["
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, bidirectional controls, joiners
    "\ufe00-\ufe0f\U000e0000-\U000e0fff"  # variation selectors and tag characters
    "\ud800-\udfff"  # halves of characters
    "]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:data|javascript|mailto):)\S*", re.IGNORECASE)


def cleaned(text: str) -> str:
    """`text` in Unicode NFC without invisible and control characters (S31); breaks become spaces."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROL.sub(" ", text)))


def plain(text: str) -> str:
    """A model's words as nothing but words: no markup, link or image survives (S29), whoever renders them."""
    without_links = _LINK.sub("(…)", cleaned(text))
    return without_links.replace("<", "‹").replace(">", "›").replace("](", "] (").replace("![", "[").strip()


def weight(text: str) -> int:
    """How much is said, comparable between scripts: letters and digits, a Hangul or Han one counts twice."""
    return sum(
        1 + ("\u3040" <= letter <= "\u9fff" or "가" <= letter <= "힣") for letter in text if letter.isalnum()
    )
