"""What a free-text title says about a position: its field, and how experienced its holder is. Pure.

A kept list, in both languages: a weight of 5 names a profession ("designer"), 3 a field ("data"), 1 only
hints at one ("developer"). The highest sum wins and a tie goes to the earlier row, so the same title always
gives the same answer; a title that says nothing known gives none.
"""

import re
import unicodedata
from collections.abc import Mapping

from viva.questions.model import TITLE_MAX, Difficulty, PositionArea

KEYWORDS: Mapping[PositionArea, Mapping[str, int]] = {
    "frontend": {
        "frontend": 5, "front end": 5, "fe": 3, "react": 3, "vue": 3, "angular": 3, "next js": 3,
        "javascript": 3, "typescript": 3, "web publisher": 5, "ui engineer": 5, "ui developer": 5,
        "프론트": 5, "프런트": 5, "퍼블리셔": 5, "리액트": 3, "자바스크립트": 3, "웹개발": 2,
    },
    "design": {
        "designer": 6, "design": 4, "ux": 3, "ui": 3, "uxui": 4, "uiux": 4, "bx": 3, "figma": 3,
        "디자이너": 6, "디자인": 4,
    },
    "product": {
        "product manager": 6, "product owner": 6, "product management": 6, "product": 3, "pm": 4, "po": 4,
        "program manager": 4, "project manager": 4, "service planner": 5,
        "프로덕트": 3, "프로덕트매니저": 6, "프로덕트오너": 6, "서비스기획": 5, "기획자": 5, "기획": 3,
        "제품관리": 5, "프로젝트매니저": 4,
    },
    "customer_support": {
        "customer support": 6, "customer service": 6, "customer success": 6, "customer experience": 6,
        "customer care": 6, "support agent": 5, "support specialist": 5, "technical support": 5,
        "help desk": 5, "helpdesk": 5, "call center": 5, "call centre": 5, "cs": 5, "cx": 5, "csm": 5,
        "고객지원": 6, "고객상담": 6, "고객센터": 6, "고객만족": 6, "고객서비스": 6, "고객경험": 6,
        "고객성공": 6, "고객응대": 6, "상담사": 5, "상담원": 5, "콜센터": 5,
    },
    "sales": {
        "sales": 5, "account executive": 6, "account manager": 5, "key account": 5, "business development": 5,
        "bd": 3, "sdr": 4, "salesperson": 5, "영업": 5, "세일즈": 5, "사업개발": 5, "판매": 4,
    },
    "data": {
        "data": 4, "analyst": 3, "analytics": 4, "data scientist": 5, "machine learning": 5, "ml": 4, "ai": 4,
        "deep learning": 5, "statistician": 5, "bi": 4, "mlops": 4,
        "데이터": 4, "분석가": 4, "애널리스트": 3, "머신러닝": 5, "딥러닝": 5, "인공지능": 4, "통계": 4,
    },
    "operations": {
        "operations": 4, "operation": 4, "operations manager": 5, "logistics": 5, "supply chain": 5,
        "scm": 5, "procurement": 5, "purchasing": 5, "office manager": 5, "fulfilment": 5, "fulfillment": 5,
        "운영": 4, "물류": 5, "구매담당": 5, "총무": 5, "공급망": 5, "생산관리": 5, "자재": 4,
    },
    "backend": {
        "backend": 5, "back end": 5, "be": 2, "server": 4, "api": 3, "java": 3, "kotlin": 2, "spring": 3,
        "node": 3, "node js": 3, "django": 3, "python": 2, "golang": 3, "rust": 2, "php": 3, "ruby": 3,
        "dba": 4, "devops": 4, "sre": 4, "infrastructure": 4, "platform engineer": 4, "cloud": 2,
        "full stack": 4, "fullstack": 4, "software": 1, "developer": 1, "engineer": 1, "programmer": 1,
        "백엔드": 5, "백앤드": 5, "서버": 4, "자바": 3, "스프링": 3, "파이썬": 2, "데브옵스": 4, "인프라": 4,
        "풀스택": 4, "소프트웨어": 1, "개발자": 1, "엔지니어": 1, "프로그래머": 1,
    },
}  # fmt: skip

_NOT_SOFTWARE = re.compile(
    r"mechanical|civil|chemical|electrical|hardware|process engineer|real estate|"
    r"기계|토목|화학|전기|건축|하드웨어|부동산|설비"
)
"""Engineers and developers of other things: what only hints at software says nothing about them."""

_DEEP = frozenset(
    {"senior", "sr", "lead", "principal", "staff", "head", "director", "chief", "vp", "cto", "architect"}
)
_FOUNDATION = frozenset(
    {"junior", "jr", "intern", "internship", "trainee", "graduate", "entry", "apprentice"}
)
_DEEP_KO = re.compile(r"시니어|리드|책임|수석|팀장|파트장|실장|본부장|이사|임원|총괄|아키텍트")
_FOUNDATION_KO = re.compile(r"신입|인턴|주니어|수습|초급|졸업예정")


def cleaned_title(title: str) -> str:
    """One line of at most `TITLE_MAX` characters, without control or format characters, storable as text."""
    one_line = "".join(
        " " if character.isspace() else character
        for character in title[: TITLE_MAX * 10]
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(one_line.split())[:TITLE_MAX].rstrip()


def area_of(title: str) -> PositionArea | None:
    """The field that the title names, or None when it names none that the bank knows."""
    words = _folded(title)
    scores = {area: _score(words, keywords) for area, keywords in KEYWORDS.items()}
    best = max(scores, key=lambda area: scores[area])
    return best if scores[best] > 0 else None


def difficulty_of(title: str) -> Difficulty:
    """1 for beginners, 3 for those who lead, else 2."""
    words = _folded(title)
    tokens, joined = set(words.split()), words.replace(" ", "")
    if tokens & _FOUNDATION or _FOUNDATION_KO.search(joined):
        return 1
    if tokens & _DEEP or _DEEP_KO.search(joined):
        return 3
    return 2


def _folded(title: str) -> str:
    """Lower case, one space between words, nothing but letters and digits; Hangul and Latin stand apart."""
    folded = unicodedata.normalize("NFKC", cleaned_title(title)).casefold()
    folded = re.sub(r"[\W_]+", " ", folded)
    folded = re.sub(r"(?<=[a-z0-9])(?=[가-힣])|(?<=[가-힣])(?=[a-z0-9])", " ", folded)
    return folded.strip()


def _score(words: str, keywords: Mapping[str, int]) -> int:
    padded, joined = f" {words} ", words.replace(" ", "")
    is_software = not _NOT_SOFTWARE.search(joined) and not _NOT_SOFTWARE.search(words)
    score = 0
    for keyword, weight in keywords.items():
        found = f" {keyword} " in padded if keyword.isascii() else keyword in joined
        if found and (weight > 1 or is_software):
            score += weight
    return score
