"""What identifies a person is masked before a transcript leaves the house (S35), and found again in quotes.

Pure. Masking errs on the side of hiding: a hidden word costs the model a detail, a shown one costs a person
their privacy. Nothing is lost, since every masked stretch knows where it stood.
"""

from collections.abc import Iterator, Mapping

import msgspec

from viva.sessions.cleaning import cleaned
from viva.sessions.masking_names import name_patterns
from viva.sessions.masking_patterns import patterns_for
from viva.sessions.model import NewSession, Session


class Identity(msgspec.Struct, frozen=True):
    """What is known of the person from the record, to be hidden wherever it is said."""

    name: str = ""
    email: str = ""


def identity_of(session: Session | NewSession) -> Identity:
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


def mask(text: str, identity: Identity, words: Mapping[str, str] | None = None) -> Masked:
    """Hide the identity, and what looks like a contact, an age, an address, an origin, a school, a family.

    `words` say what stands in a mask for a person to read; a model reads the kinds' own names.
    """
    pieces, stretches, done, length = [], [], 0, 0
    for start, end, kind in _without_overlaps(_found(text, identity)):
        shown = f"[{words[kind] if words else kind}]"
        pieces += [text[done:start], shown]
        length += start - done
        stretches.append(Stretch(length, length + len(shown), start, end))
        length += len(shown)
        done = end
    return Masked("".join([*pieces, text[done:]]), tuple(stretches))


def _found(text: str, identity: Identity) -> Iterator[tuple[int, int, str]]:
    for pattern in name_patterns(identity.name, identity.email):
        yield from ((*match.span(), "name") for match in pattern.finditer(text))
    for kind, pattern in patterns_for(text):
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
