"""Plain sentences as people say them, from `plain_sentences/`: what must be hidden, and work that must stay.

`tuned_*` were looked at while the patterns were written. `held_out_*` were written when those stood, by the
same hand, and nothing was changed for them. In a sentence that must be hidden, braces hold what may not be
seen; a known name may stand behind its kind.
"""

import re
from pathlib import Path

import msgspec

from viva.sessions import Identity, mask

_FOLDER = Path(__file__).with_name("plain_sentences")
_SECRET = re.compile(r"\{([^}]*)\}")


class Sentence(msgspec.Struct, frozen=True):
    """`text` as it was said; none of `secrets` may be read in it afterwards."""

    kind: str
    name: str
    text: str
    secrets: tuple[str, ...]

    @property
    def seen(self) -> list[str]:
        """The secrets that can still be read."""
        masked = mask(self.text, Identity(name=self.name)).text
        return [secret for secret in self.secrets if secret in masked]


def hidden(kept: str, language: str) -> list[Sentence]:
    """Sentences of the set `kept` in which something must be hidden."""
    return [_parsed(line) for line in _lines(f"{kept}_hidden_{language}")]


def work(kept: str, language: str) -> list[str]:
    """Sentences of the set `kept` that must stay as they are."""
    return _lines(f"{kept}_work_{language}")


def _lines(name: str) -> list[str]:
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _parsed(line: str) -> Sentence:
    head, _, marked = line.partition(" | ")
    kind, _, name = head.partition(" ")
    return Sentence(kind, name, _SECRET.sub(r"\1", marked), tuple(_SECRET.findall(marked)))
