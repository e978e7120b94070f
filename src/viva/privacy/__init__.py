"""Consent: what the candidate is told, and what the candidate decided, per purpose, for good."""

from viva.privacy.errors import NoticeOutdated
from viva.privacy.model import Consent, Notice
from viva.privacy.service import Privacy

__all__ = ["Consent", "Notice", "NoticeOutdated", "Privacy"]
