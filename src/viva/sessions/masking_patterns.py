# ruff: noqa: E501 (a pattern is read in one line)
"""What a contact, an age, an address, an origin or a school looks like in spoken Korean and English.

A pattern with a group `it` masks the group, else the whole match. They are read on recognised speech, where
numbers may be words and capitals may be missing.
"""

import re

_NUMBER_EN = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_NUMBER_KO = r"[공영일이삼사오육륙칠팔구]"
_TENS_KO = (
    r"(?:스물|스무|서른|마흔|쉰|예순|일흔)(?:\s?(?:하나|한|둘|두|셋|세|넷|네|다섯|여섯|일곱|여덟|아홉))?"
)
_TENS_EN = r"(?:eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)"
_REGION_KO = r"(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주|충청[남북]|전라[남북]|경상[남북])"
_CAPITAL = r"[A-Z][\w'’&.-]*"
_STREET = (
    r"(?:(?i:street|avenue|road|boulevard|lane)|St|Ave|Rd|Blvd|Ln|Drive|Dr|Court|Ct|Place|Square|Way|Terrace)"
)
_SCHOOL_EN = (
    r"(?:university|college|high school|middle school|elementary school|institute of technology|academy)"
)
_PARTICLE = r"(?=[을를은는이가에의와과도로\s.,]|출신|졸업|재학|다니|나왔|$)"
_NOT_A_NAME = r"(?:the|an?|my|our|at|in|of|to|from|and|this|that|their|his|her|your|any|some|every|each|local|public|private|after|during|since|through|finished|left|attended|graduated|for|with)"

_I = re.IGNORECASE


def _patterns(kind: str, *sources: str, flags: int = 0) -> list[tuple[str, re.Pattern[str]]]:
    return [(kind, re.compile(source, flags)) for source in sources]


PATTERNS: list[tuple[str, re.Pattern[str]]] = [
    *_patterns(
        "email",
        r"[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?[A-Za-z][\w-]*)+",
        r"[\w.+-]+\s+(?:at|골뱅이|앳)\s+[\w-]+\s*(?:dot|\.|점|닷)\s*[A-Za-z가-힣]+(?:\s*(?:dot|\.|점|닷)\s*[A-Za-z가-힣]+)?",
        flags=_I,
    ),
    *_patterns("link", r"\b(?:https?://|www\.)\S+|\b(?:linkedin|github|instagram)\.com/\S+", flags=_I),
    *_patterns(
        "phone",
        r"(?<![\w.])\+?\(?\d(?:[\s().-]{0,3}\d){6,14}(?!\d)",
        rf"\b{_NUMBER_EN}(?:[\s,-]+{_NUMBER_EN}){{6,}}\b",
        rf"{_NUMBER_KO}(?:[\s,에-]{{0,2}}{_NUMBER_KO}){{7,}}",
        flags=_I,
    ),
    *_patterns(
        "name",
        rf"(?i:my (?:full |real )?name(?:'s|’s| is)|i am called|call me)\s+(?P<it>{_CAPITAL}(?:\s{_CAPITAL}){{0,2}})",
        r"(?:제|저의)\s?이름은\s?(?P<it>[가-힣]{2,4}?)(?=이?고|입니다|이에요|예요|이라|라고|[\s.,]|$)",
        r"저는\s(?P<it>[가-힣]{2,4}?)(?=이?라고\s?(?:합니다|해요|하고))",
    ),
    *_patterns(
        "age",
        rf"\b(?:\d{{2}}|{_TENS_EN})[\s-]*years?[\s-]*old\b",
        rf"\b(?:my age is|aged|age of|i am|i'm|i’m|turned|turning)\s+(?P<it>[1-9]\d|{_TENS_EN})\b(?![\d%.:]\d*|\s*(?:percent|people|minutes|hours|days|times|seconds|years? (?:of|in)))",
        r"\b(?:born (?:in|on)|birthday is|date of birth is)\s+(?P<it>[\w\s,]{0,16}?(?:19|20)\d{2})",
        rf"(?:만\s?)?(?:\d{{2}}|{_TENS_KO})\s?(?:살|세)(?![기대션트])",
        r"(?:\d{2,4}|[구팔칠]\S{0,3})\s?년\s?생|\d{4}\s?년\s?\d{1,2}\s?월\s?\d{1,2}\s?일",
        r"[이삼사오육]십\s?[일이삼사오육칠팔구]?\s?세(?![기대션트])",
        flags=_I,
    ),
    *_patterns(
        "address",
        rf"\b\d{{1,5}}[A-Za-z]?\s+(?:[\w'’.-]+\s+){{1,4}}?{_STREET}\b\.?(?:,?\s*(?i:apartment|apt|suite|unit)\.?\s*#?\w+)?(?:,?\s*{_CAPITAL}(?:\s{_CAPITAL})*)*(?:,?\s*\d{{5}}(?:-\d{{4}})?)?",
        r"\b(?i:zip\s?code)\s*(?i:is\s*)?(?P<it>\d{5}(?:-\d{4})?)",
        r"우편\s?번호는?\s?(?P<it>\d{5})",
        r"\b[A-Z]{2}\s\d{5}(?:-\d{4})?\b",
        rf"{_REGION_KO}(?:특별시|광역시|특별자치시|특별자치도|시|도)?\s?[가-힣]{{1,4}}(?:시|군|구)(?:\s[가-힣0-9]+(?:구|읍|면|동|리|로|길)(?![가-힣]{{2}}))*(?:\s?\d+(?:-\d+)?(?:번길|번지|호)?)*",
        r"[가-힣]+(?:구|군|시)\s[가-힣0-9]+(?:로|길|동|읍|면)\s?\d+(?:-\d+)?(?:번길|번지|호)?(?:\s?\d+)?",
        r"[가-힣0-9]{2,}(?:대로|로|길)\s?\d+(?:-\d+)?(?:번길(?:\s?\d+)?|번지|호)",
        r"[가-힣A-Za-z0-9]{2,}\s?아파트(?:\s?\d+\s?동)?(?:\s?\d+\s?호)?",
    ),
    *_patterns(
        "region",
        r"(?P<it>[가-힣]{2,6})\s?(?:출신|태생|토박이)",
        r"고향(?:은|이)\s?(?P<it>[가-힣]{2,6}?)(?=이고|입니다|이에요|예요|[\s.,]|$)",
        rf"(?i:\b(?:i'm|i’m|i am|i come|originally|grew up|raised|born|live|lived|living)\s+(?:originally\s+)?(?:from|in)|\bhometown is)\s+(?P<it>{_CAPITAL}(?:,?\s{_CAPITAL}){{0,3}})",
    ),
    *_patterns(
        "school",
        r"[가-힣A-Za-z]{1,12}\s?(?:대학교|대학원|고등학교|중학교|초등학교)",
        rf"[가-힣]{{1,6}}(?:여고|여대|전문대|과학고|국제고){_PARTICLE}",
        r"(?:서울|연세|고려|서강|성균관|한양|중앙|경희|이화|건국|동국|홍익|숭실|부산|경북|전남|전북|충남|인하|아주|포항공|한국외)대(?![책상비응형표기량화단])|카이스트|포스텍|유니스트|지스트|디지스트",
        rf"\b(?i:university|college|institute) of (?:{_CAPITAL}|[a-z]+)(?:(?:,?\s(?:at|and|in))?,?\s{_CAPITAL}){{0,3}}",
        rf"\b{_CAPITAL}(?:\s(?:{_CAPITAL}|of|and)){{0,4}}\s(?i:{_SCHOOL_EN})",
        rf"\b(?!(?i:{_NOT_A_NAME})\b)[a-z'’-]+\s{_SCHOOL_EN}\b",
        r"\b(?:MIT|KAIST|POSTECH|UNIST|GIST|DGIST|UCLA|USC|NYU|Caltech|Stanford|Harvard|Yale|Princeton|Cornell|Oxford|Cambridge|Berkeley|SNU|SKKU)\b",
    ),
]
"""In order of precedence where two stand in the same place."""

COMMON_WORD = re.compile(
    r"will|mark|may|art|grace|hope|faith|joy|dean|rich|bill|jack|frank|guy|max|ray|rose|ruby|sky|summer|dawn|"
    r"drew|grant|pat|rob|sue|case|chance|chase|cliff|dale|destiny|ford|gene|iris|ivy|jade|june|april|august|"
    r"lane|lee|an|do|go|so|in|no|on|we|he|my|chi|young|long|king|stone|brown|white|black|green|gold|west|north|"
    r"page|price|wood|woods|cook|baker|miller|hunter|carter|taylor|mason",
    _I,
)
"""Given or family names that are ordinary words too: hidden only where they are written with a capital."""
