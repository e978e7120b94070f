# ruff: noqa: E501 (a list of names is read in full lines)
"""The words and pieces that several patterns of masking share."""

import re

Pattern = tuple[str, re.Pattern[str]]
"""A kind, such as `age`, and what it looks like; a group `it` masks the group, else the whole match."""

IGNORE_CASE = re.IGNORECASE

CAPITAL = r"(?:[A-Z]\.(?=\s?[A-Z])|[A-Z][\w'’&-]{0,30}(?:\.\w[\w'’&-]{0,30})?)"
"""A word with a capital, or an initial, as names have in what was typed; recognised speech may have none."""

REGION_KO = (
    r"(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
    r"|충청[남북]|전라[남북]|경상[남북])"
)
PLACE_KO = (
    r"(?:서울|부산|대구|인천|광주|대전|울산|세종|경기도?|강원도?|충청[남북]?도|전라[남북]?도|경상[남북]?도"
    r"|충북|충남|전북|전남|경북|경남|제주도?|서귀포|수원|성남|분당|판교|용인|고양|일산|부천|안양|안산|평택"
    r"|의정부|파주|김포|화성|동탄|광명|하남|시흥|구리|남양주|이천|강릉|춘천|원주|속초|동해|청주|충주|제천"
    r"|천안|아산|공주|논산|전주|군산|익산|정읍|남원|목포|여수|순천|포항|구미|경주|안동|김천|영주|창원|마산"
    r"|진주|김해|거제|통영|양산|해운대|강남|강북|서초|송파|마포|목동|노원|은평|잠실|영등포|관악)"
)
DISTRICT_KO = (
    r"(?:강남|강동|강북|강서|관악|광진|구로|금천|노원|도봉|동대문|동작|마포|서대문|서초|성동|성북|송파|양천"
    r"|영등포|용산|은평|종로|중랑|해운대|수영|부산진|동래|금정|사하|사상|연제|영도|수성|달서|미추홀|연수"
    r"|남동|부평|계양|유성|대덕|광산|분당|수정|중원|팔달|영통|권선|장안|일산동|일산서|덕양|기흥|수지|처인)구"
)
STATE_EN = (
    r"(?:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho"
    r"|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota"
    r"|mississippi|missouri|montana|nebraska|nevada|new (?:hampshire|jersey|mexico|york)|(?:north|south) "
    r"(?:carolina|dakota)|ohio|oklahoma|oregon|pennsylvania|rhode island|tennessee|texas|utah|vermont|virginia"
    r"|washington|west virginia|wisconsin|wyoming)"
)
_COUNTRY_EN = (
    r"(?:(?:south |north )?korea|japan|china|taiwan|hong kong|vietnam|thailand|the philippines|philippines"
    r"|indonesia|malaysia|singapore|india|pakistan|bangladesh|nepal|sri lanka|mongolia|russia|ukraine|poland"
    r"|germany|france|spain|portugal|italy|greece|turkey|england|scotland|ireland|wales|britain|the uk|the us"
    r"|the usa|the states|the netherlands|belgium|sweden|norway|denmark|finland|austria|switzerland|romania"
    r"|hungary|bulgaria|serbia|croatia|czechia|israel|iran|iraq|syria|lebanon|egypt|morocco|algeria|tunisia"
    r"|nigeria|ghana|kenya|ethiopia|uganda|tanzania|south africa|zimbabwe|canada|mexico|brazil|argentina|chile"
    r"|colombia|peru|venezuela|cuba|jamaica|haiti|australia|new zealand|kazakhstan|uzbekistan|myanmar|cambodia)"
)
_CITY_EN = (
    r"(?:seoul|busan|incheon|daegu|daejeon|gwangju|jeju|tokyo|osaka|kyoto|beijing|shanghai|shenzhen|taipei|hanoi"
    r"|saigon|ho chi minh city|bangkok|manila|jakarta|kuala lumpur|mumbai|delhi|new delhi|bangalore|chennai"
    r"|hyderabad|kolkata|pune|karachi|lahore|dhaka|kathmandu|moscow|kyiv|kiev|warsaw|berlin|munich|hamburg"
    r"|paris|lyon|london|manchester|liverpool|birmingham|glasgow|edinburgh|dublin|madrid|barcelona|lisbon|rome"
    r"|milan|athens|istanbul|cairo|lagos|abuja|accra|nairobi|johannesburg|cape town|toronto|vancouver|montreal"
    r"|mexico city|sao paulo|rio de janeiro|buenos aires|bogota|lima|santiago|sydney|melbourne|auckland|chicago"
    r"|boston|seattle|portland|los angeles|san francisco|san diego|san jose|oakland|houston|dallas|austin"
    r"|phoenix|denver|detroit|cleveland|philadelphia|pittsburgh|baltimore|atlanta|miami|orlando|brooklyn|queens"
    r"|the bronx|harlem|new orleans|las vegas|salt lake city|minneapolis|st louis|nashville|memphis|charlotte)"
)
PLACE_EN = (
    rf"(?:{STATE_EN}|{_COUNTRY_EN}|{_CITY_EN}|the (?:mid-?west|south|north|east coast|west coast|bay area)"
    r"|africa|asia|europe|punjab|kerala|bavaria|siberia|new england)"
)
"""Places that are known without a capital. The list is what recognised speech names most, and not more."""

COMMON_WORD = re.compile(
    r"will|mark|may|art|grace|hope|faith|joy|dean|rich|bill|jack|frank|guy|max|ray|rose|ruby|sky|summer|dawn|"
    r"drew|grant|pat|rob|sue|case|chance|chase|cliff|dale|destiny|ford|gene|iris|ivy|jade|june|april|august|"
    r"lane|lee|an|do|go|so|in|no|on|we|he|my|chi|young|long|king|stone|brown|white|black|green|gold|west|north|"
    r"page|price|wood|woods|cook|baker|miller|hunter|carter|taylor|mason",
    re.IGNORECASE,
)
"""Given or family names that are ordinary words too: hidden only where they are written with a capital."""

COMMON_WORD_KO = re.compile(
    r"하나|재현|지원|사랑|보람|가을|여름|겨울|나라|우리|미래|정의|유지|유리|주인|주연"
    r"|수정|조정|보라|다운|도움|이상|기대|소리|가람|마음|아름|새로|지수|지표|정도"
    r"|주의|유도|우선|시작|인수|상수|변수|대상|지정|수용|용기|진리|성공|경사|영재"
    r"|지혜|평화|승리|동기|유연|연결|정보|기준|인정|진정|준수|미소|이슬|한결|바다"
    r"|우주|온도|사이|하루|이후|나중"
)
"""Korean given names that are ordinary words too: hidden alone only where they are spoken as a name."""


def of_kind(kind: str, *sources: str, flags: int = 0) -> list[Pattern]:
    """Each of `sources`, compiled, as a pattern of `kind`."""
    return [(kind, re.compile(source, flags)) for source in sources]
