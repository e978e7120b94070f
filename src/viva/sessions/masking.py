"""What identifies a person is masked before a transcript leaves the house (S35), and found again in quotes.

Pure. Masking errs on the side of hiding: a hidden word costs the model a detail, a shown one costs a person
their privacy. Nothing is lost, since every masked stretch knows where it stood.
"""

import re
from collections.abc import Iterator

import msgspec

from viva.sessions.cleaning import cleaned
from viva.sessions.masking_patterns import COMMON_WORD, PATTERNS
from viva.sessions.model import Session

_SHORTEST_NAME = 2


class Identity(msgspec.Struct, frozen=True):
    """What is known of the person from the record, to be hidden wherever it is said."""

    name: str = ""
    email: str = ""


def identity_of(session: Session) -> Identity:
    """Of the person whose interview this is."""
    return Identity(name=cleaned(session.user_name), email=cleaned(session.email or ""))


class Stretch(msgspec.Struct, frozen=True):
    """`masked_start:masked_end` of the masked text stands for `start:end` of the original."""

    masked_start: int
    masked_end: int
    start: int
    end: int


class Masked(msgspec.Struct, frozen=True):
    """A text with its masks in it, such as `[name]`, and where they stood."""

    text: str
    stretches: tuple[Stretch, ...] = ()

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `start:end` of the masked text stood; a mask that is touched counts whole."""
        return self._original(start, at_end=False), self._original(end, at_end=True)

    def part(self, start: int, end: int) -> str:
        """What the masked text says for `start:end` of the original; a mask that is touched counts whole."""
        return self.text[self._masked(start, at_end=False) : self._masked(end, at_end=True)]

    def _masked(self, offset: int, *, at_end: bool) -> int:
        shift = 0
        for stretch in self.stretches:
            if offset < stretch.start or (at_end and offset == stretch.start):
                break
            if offset < stretch.end or (at_end and offset == stretch.end):
                return stretch.masked_end if at_end else stretch.masked_start
            shift = stretch.masked_end - stretch.end
        return offset + shift

    def _original(self, offset: int, *, at_end: bool) -> int:
        shift = 0
        for stretch in self.stretches:
            if offset < stretch.masked_start or (at_end and offset == stretch.masked_start):
                break
            if offset < stretch.masked_end or (at_end and offset == stretch.masked_end):
                return stretch.end if at_end else stretch.start
            shift = stretch.end - stretch.masked_end
        return offset + shift


def mask(text: str, identity: Identity) -> Masked:
    """Hide the identity and whatever looks like a contact, an age, an address, an origin or a school."""
    pieces, stretches, done, length = [], [], 0, 0
    for start, end, kind in _without_overlaps(_found(text, identity)):
        pieces += [text[done:start], f"[{kind}]"]
        length += start - done
        stretches.append(Stretch(length, length + len(kind) + 2, start, end))
        length += len(kind) + 2
        done = end
    return Masked("".join([*pieces, text[done:]]), tuple(stretches))


def _found(text: str, identity: Identity) -> Iterator[tuple[int, int, str]]:
    for pattern in _identity_patterns(identity):
        yield from ((*match.span(), "name") for match in pattern.finditer(text))
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            group = "it" if "it" in pattern.groupindex else 0
            yield *match.span(group), kind


def _without_overlaps(found: Iterator[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """In order of place; what overlaps becomes one stretch, named for the first."""
    joined: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found, key=lambda span: (span[0], -span[1])):
        if start == end:
            continue
        if joined and start < joined[-1][1]:
            first, last, name = joined[-1]
            joined[-1] = (first, max(last, end), name)
        else:
            joined.append((start, end, kind))
    return joined


def _identity_patterns(identity: Identity) -> Iterator[re.Pattern[str]]:
    if identity.email:
        yield re.compile(re.escape(identity.email), re.IGNORECASE)
        # People read their address out; the part before the @ is often the name in one word.
        local = identity.email.partition("@")[0]
        if len(local) > 3:
            yield _word(local)
    parts = identity.name.split()
    if len("".join(parts)) >= _SHORTEST_NAME:
        yield re.compile(r"\s*".join(map(re.escape, parts)), re.IGNORECASE)
    for part in parts:
        yield from _name_part(part)


def _name_part(part: str) -> Iterator[re.Pattern[str]]:
    if re.fullmatch("[가-힣]{2,5}", part):
        yield re.compile(r"\s?".join(part))
        if len(part) == 3:  # family name and given name in one word; people also use the given name alone
            yield re.compile(rf"(?<![가-힣]){part[1:]}(?:이|씨)?(?=[은는이가을를도와과의라입님야\s.,!?]|$)")
    elif len(part) >= _SHORTEST_NAME:
        flags = 0 if COMMON_WORD.fullmatch(part) else re.IGNORECASE
        yield _word(part, flags)


def _word(part: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    # Korean particles follow a Latin word without a space, so only Latin letters end it.
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(part)}(?![A-Za-z0-9])", flags)
