"""What calls of a language model cost and how much may be spent. Pure.

Money is counted in millionths of a US dollar (`microusd`), whole numbers, so that sums are exact. A price of
3 USD for a million tokens is 3 microusd for one.
"""

import math
import re
from hashlib import sha256
from uuid import UUID

import msgspec

from viva.platform.language_model import Account, Reply

_LARGEST_PRICE_USD = 10_000


class SpendingError(ValueError):
    """A price or limit that cannot be read; the message says what is expected."""


class Prices(msgspec.Struct, frozen=True):
    """US dollars for a million tokens of each kind."""

    input: float
    output: float
    cache_write: float
    cache_read: float

    def cost_microusd(self, reply: Reply) -> int:
        """What the reply cost, rounded up."""
        plain = reply.input_tokens - reply.cache_write_tokens - reply.cache_read_tokens
        cost = (
            max(0, plain) * self.input
            + reply.cache_write_tokens * self.cache_write
            + reply.cache_read_tokens * self.cache_read
            + reply.output_tokens * self.output
        )
        return math.ceil(cost)


class Spent(msgspec.Struct, frozen=True):
    """What was used; money is known only where prices are."""

    tokens: int = 0
    microusd: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.tokens + other.tokens, self.microusd + other.microusd)


NOTHING = Spent()


class Limit(msgspec.Struct, frozen=True):
    """How much may be used; None: as much as one likes."""

    tokens: int | None = None
    microusd: int | None = None

    def leaves(self, spent: Spent, ahead: Spent = NOTHING) -> bool:
        """Whether `ahead` still fits after what was `spent`."""
        return (self.tokens is None or spent.tokens + ahead.tokens <= self.tokens) and (
            self.microusd is None or spent.microusd + ahead.microusd <= self.microusd
        )


def account_of(title: str, position_id: UUID | None = None, session_id: UUID | None = None) -> Account:
    """On whose budgets a call goes: those of a kept position share one, else those of the same title."""
    words = " ".join(title.casefold().split())
    return Account(session_id, str(position_id or sha256(words.encode()).hexdigest()[:32]))


def prices_of(text: str) -> Prices | None:
    """`3,15,3.75,0.3`: input, output, written to and read from the vendor's cache; None for nothing.

    With two figures what is cached counts as input. Raises `SpendingError`.
    """
    if not text.strip():
        return None
    try:
        figures = [float(part) for part in text.split(",")]
    except ValueError:
        figures = []
    if len(figures) not in {2, 4} or not all(0 <= figure <= _LARGEST_PRICE_USD for figure in figures):
        raise SpendingError("two or four prices in USD for a million tokens: 3,15,3.75,0.3")
    cached = figures[2:] or [figures[0], figures[0]]
    return Prices(figures[0], figures[1], cache_write=cached[0], cache_read=cached[1])


def limit_of(text: str) -> Limit:
    """`500000` tokens, `$2.50`, or both: `500000,$2.50`; nothing: no limit. Raises `SpendingError`."""
    values: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name = "microusd" if part.startswith("$") else "tokens"
        if name in values or not re.fullmatch(r"\d{1,12}|\$\d{1,6}(?:\.\d{1,6})?", part):
            raise SpendingError("tokens, dollars or both: 500000,$2.50")
        values[name] = round(float(part[1:]) * 1_000_000) if part.startswith("$") else int(part)
    return Limit(**values)
