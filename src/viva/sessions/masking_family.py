# ruff: noqa: E501 (a pattern is read in one line)
"""What somebody tells of their own family: marriage, pregnancy, children, relatives, in both languages.

Software has parents, children, siblings and families of its own; those stay. An answer about customers and
their children may be hidden: a hidden word costs the reader a detail.
"""

from viva.sessions.masking_words import IGNORE_CASE, of_kind

_SOFTWARE = (
    r"(?:class|process|node|component|element|table|row|record|pod|span|task|job|thread|window|widget|team|company|companies|organi[sz]ation"
    r"|selector|director|commit|branch|module|package|pointer|account|page|key|id|entit|object|template|issue|ticket|project|repo|theme"
    r"|block|quer|workflow|domain|scope|type|image|container|service|group|menu|categor|propert|attribute|link|frame|view|model|of all)"
)
_NOT_SOFTWARE = rf"(?![\s-]{_SOFTWARE})"
_RELATIVE = (
    r"(?:(?:step|grand|god|half-)?(?:mother|father|mom|mum|dad|daddy|mommy|sister|brother|son|daughter|children|child|kids?)s?|parents"
    r"|grandparents|grandma|grandpa|siblings?|bab(?:y|ies)|toddlers?|newborn|twins|aunt|uncle|cousins?|niece|nephew|partner and i)"
)
_COUNT = r"(?:an?|no|one|two|three|four|five|six|\d|young|small|little|older|younger|elder|big|twin|grown|grown-up|teenage|school-age|newborn|adopted|of|my|our)"
_PARENT = r"(?:mother|mom|mum|father|dad|parent)"

FAMILY_EN = of_kind(
    "family",
    r"\b(?:ex-?)?(?:wife|husband|spouse|fianc[eé]e?|girlfriend|boyfriend|(?:mother|father|sister|brother|son|daughter)s?-in-law|in-laws)\b",
    rf"\b(?:my|our)\s+(?:(?:{_COUNT}|own|late|sick|elderly|oldest|youngest|eldest|only|first|second)\s+){{0,2}}(?P<it>{_RELATIVE})\b{_NOT_SOFTWARE}",
    rf"\b(?:elderly|aging|ageing|sick|ill|dying|late|single|stay-at-home|working|expectant|new)\s+(?P<it>{_PARENT}s?)\b{_NOT_SOFTWARE}",
    r"\b(?:mother|mom|mum|father|dad)\s(?:of|to)\s(?:an?|one|two|three|four|five|six|\d|twins|young|small|little|teenage)\b(?:\s(?:young|small|little|teenage))?(?:\s(?:kids?|children|boys?|girls?|sons?|daughters?|twins|teenagers?))?",
    rf"\b(?:i'm|i’m|i am|being|became|becoming|as)\s(?:an?\s)(?P<it>(?:single |working |new |young )?{_PARENT})\b{_NOT_SOFTWARE}",
    rf"\b(?:i|we|i've|we've|i’ve|we’ve)\s(?:also\s|already\s|now\s)?(?:have|had|got|raise|raised|adopted|lost)\s(?:{_COUNT}\s){{0,3}}(?P<it>{_RELATIVE})\b{_NOT_SOFTWARE}",
    rf"\b(?:raising|expecting|adopting)\s(?:{_COUNT}\s){{0,3}}(?P<it>{_RELATIVE})\b{_NOT_SOFTWARE}",
    rf"\b(?:oldest|eldest|youngest|middle|one)\sof\s{_COUNT}\s(?P<it>siblings|children|kids|brothers|sisters)\b|\b(?:i'm|i am|was|as)\san?\s(?:only child|orphan)\b{_NOT_SOFTWARE}",
    r"\bpregnan(?:t|cy)\b(?!\s(?:patient|wom[ae]n))|\b(?:maternity|paternity|parental|child\s?care|family|bereavement)\sleave\b|\b(?:gave|giving)\sbirth\b|\bmiscarriage\b|\bon (?:maternity|paternity)\b",
    r"\b(?:un|newly |re)?married\b(?!\s(?:up|the|two|our|both|it|them|these|several|data|their|with))|\bdivorced?\b(?!\s(?:the|from|it))|\bwidow(?:er|ed)?\b|\bnewlyweds?\b|\bmy marriage\b",
    r"(?<=\bgot )engaged\b(?!\s(?:in|with))|\bengaged(?=\sto\s(?:be|my|a)\b)",
    r"\b(?:i am|i'm|i’m|still)\s(?P<it>single)(?=\s*(?:and|but|so|now|again|,|\.|$))",
    r"\b(?:marital|family)\sstatus\s*(?:is|[:：])?\s*[^\s,.;|/]{1,20}",
    r"\b(?:my|our)\s(?:own\s|young\s|whole\s|entire\s|extended\s|immediate\s)?(?P<it>family)\b(?!\s(?:of|plan|tier|product|friendly|account|subscription))|\bfamily\s(?:reasons?|emergency|obligations?|responsibilit\w{1,4}|situation|commitments?)\b|\bstart(?:ed|ing)?\sa\sfamily\b",
    flags=IGNORE_CASE,
)

_START = r"(?<![가-힣])"
_SCHOOLING = r"(?:태어|낳|어린이집|유치원|초등|중학|고등|학교|임신|출산|돌\b|아파|아프|키우|등원|하원)"

FAMILY_KO = of_kind(
    "family",
    rf"{_START}(?:(?:혼인|결혼)(?:\s?여부)?|가족\s?(?:관계|사항))\s*[:：]\s*\S+|{_START}(?:혼인|결혼)\s?여부\s\S+",
    rf"{_START}(?:아내|남편|와이프|신랑(?=[이은을과도의\s])|집사람|배우자|시어머니|시아버지|시부모|시댁|장모|장인어른|처가|처남|처제|친정|부모님|어머[니님]|아버[지님]|엄마|아빠|외?할머니|외?할아버지)",
    rf"{_START}(?:누나|오빠|언니|여동생|남동생|친동생|제\s동생|동생(?=[이은을과도의\s])|조카|사촌|이모(?!지|티|션|작|델)|고모|외?삼촌|며느리|손주|손자|손녀)",
    r"(?:저희|우리|제|친|사촌|작은|큰)\s?(?P<it>형)(?=님?(?:이|은|과|도|의|을|한테|에게)\s)",
    rf"{_START}(?:외동(?:딸|아들)?|외아들|맏(?:이|딸|아들)|장남|장녀|쌍둥이|[삼사오육]남매|남매|[삼사]형제|\S남\s?\S녀|형제자매|형제[가는]\s?(?:없|둘|셋|많))",
    rf"{_START}(?:여자|남자)\s?친구|{_START}(?:여친|남친|약혼|신혼|파혼|이혼|재혼|미혼|기혼|비혼|유부녀|유부남|독신|사별|맞벌이|외벌이|전업주부)",
    rf"{_START}결혼(?!\s?(?:정보|준비|중개|식장|박람|서비스|앱|플랫폼|업체|시장|데이터|상품|여부))|{_START}(?:기|미|이)혼",
    rf"{_START}(?:싱글|워킹)\s?(?:맘|대디|파파)|{_START}한부모|홀어머니|홀아버지|{_START}(?:경력\s?단절|경단녀)",
    rf"{_START}(?:임신(?!\s?(?:부|테스트|진단|주수))|출산(?!\s?(?:율|용품|정책|장려|데이터))|난임|산후\s?조리|육아(?=\s?(?:휴직|휴가|단축|기)|[를와로도]\s|하|\s?때문|\s?중))(?:\s?(?:휴직|휴가|단축))?",
    rf"{_START}(?:한|두|세|네|[1-5])\s?(?:명의\s?)?(?P<it>아이|자녀|아들|딸)(?![가-힣]{{3}})(?!디|템|콘|오|피)",
    rf"{_START}(?:아이|애|자녀|아들|딸)들?(?:[가를는도이]\s?|\s)(?:\S{{1,4}}\s)?(?:둘|셋|하나|넷|한\s?명|두\s?명|세\s?명|{_SCHOOLING}|양육|돌보|봐|맡기)",
    rf"{_START}(?:저희|우리|제)\s(?P<it>아이|애들|자녀|아들|딸)(?=[가를는도이랑들의\s])",
    rf"{_START}(?:아들|딸)(?=[이은을과도]\s|한테|내미)",
    rf"{_START}(?:첫째|둘째|셋째|막내)(?=\s?(?:아이|아들|딸|애)|[가를는이]?\s?{_SCHOOLING})",
    rf"{_START}(?:제|저희|우리)\s(?P<it>가족)|{_START}가족(?=들?[이과은]\s|\s?(?:때문|부양|간병|돌봄))",
)
