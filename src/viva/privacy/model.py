"""Notices and consents as values. Pure."""

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

Language = Literal["ko", "en"]


class Notice(msgspec.Struct, frozen=True):
    """What a candidate reads before anything is recorded."""

    notice_version: str
    language: Language
    text: str

    @property
    def text_hash(self) -> bytes:
        """SHA-256 of the text: the ledger proves which words were shown."""
        return hashlib.sha256(self.text.encode()).digest()


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision, one answer for each purpose. `ai_evaluation` false: a person scores alone."""

    notice_version: str
    recording: bool
    ai_evaluation: bool


class LedgerEntry(msgspec.Struct, frozen=True):
    """A decision as it was written down."""

    notice_version: str
    language: Language
    recording: bool
    ai_evaluation: bool
    decided_at: datetime
