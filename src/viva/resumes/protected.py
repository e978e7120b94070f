"""What a résumé tells of a person that nobody may hire by: hidden before the text is kept. Pure.

Names, contacts, ages, schools, addresses, origins and families are hidden by `sessions.mask`, as in answers;
this is what the head of a résumé tells besides: sex, service, creed, nationality, body.
"""

import re

from viva.sessions import Identity, cleaned, mask

HIDDEN = "[personal]"

_KOREAN_FIELDS = (
    r"성별|병역(?:\s?사항)?|종교|국적|신장|체중|키|몸무게|혈액형|장애(?:\s?여부)?|보훈(?:\s?여부|\s?대상)?"
)
_KOREAN_VALUES = (
    r"남성|여성|남자|여자|군필|미필|병역\s?면제|기독교|천주교|불교|원불교|무교"
    r"|(?:육군|해군|공군|해병대?)\s?(?:병장|하사|중위|대위)?\s?(?:만기\s?)?(?:전역|제대)|만기\s?(?:전역|제대)"
)
_ENGLISH_FIELDS = (
    r"gender|sex|nationality|citizenship|religion|height|weight|blood type|military (?:service|status)"
    r"|disabilit(?:y|ies)|race|ethnicity|pronouns"
)
_ENGLISH_VALUES = (
    r"(?:fe)?male|honou?rably discharged"
    r"|[A-Z][a-z]+ (?:nationality|citizenship|citizen|national)"
)
_PATTERNS = (
    re.compile(rf"(?<![가-힣])(?:{_KOREAN_FIELDS})\s*[:：]\s*\S+"),
    re.compile(rf"(?<![가-힣])(?:(?:{_KOREAN_FIELDS})\s+)?(?:{_KOREAN_VALUES})(?![가-힣])"),
    re.compile(rf"\b(?:{_ENGLISH_FIELDS})\s*[:：]\s*[^\s,.;|/]+", re.IGNORECASE),
    re.compile(rf"\b(?i:{_ENGLISH_FIELDS})?\b\s?\b(?:{_ENGLISH_VALUES}|Male|Female)\b"),
)


def without_protected(text: str) -> str:
    """`text` with `[personal]` in the places of such statements. It errs on the side of hiding."""
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text


def masked_resume(text: str, *, name: str, email: str = "") -> str:
    """A résumé without what names the person, as far as that is known, and what nobody may hire by (S35)."""
    identity = Identity(name=cleaned(name), email=cleaned(email))
    return without_protected(mask(cleaned(text), identity).text).strip()
