"""Text as a person sees it (S31): what cannot be seen but can deceive is taken out. Pure."""

import re
import unicodedata

_UNSEEN = (
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, bidirectional controls, joiners
    "\ufe00-\ufe0f\U000e0000-\U000e0fff"  # variation selectors and tag characters
    "\ud800-\udfff"  # halves of characters, which no database text can hold
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE_OR_CONTROL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_UNSEEN}]")


def without_controls(text: str) -> str:
    """`text` as it is kept: nothing invisible, no control characters but newline and tab, no outer spaces."""
    return _INVISIBLE_OR_CONTROL.sub("", text).strip()


def cleaned(text: str) -> str:
    """`text` as it is compared and sent: in Unicode NFC, nothing invisible; breaks become spaces."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROL.sub(" ", text)))
