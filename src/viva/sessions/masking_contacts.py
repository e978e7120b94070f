"""What a mail address, a link, a telephone number or a street address looks like, spoken or written.

Every repetition has a bound or begins where a word begins, so that no text takes long to search.
"""

from viva.sessions.masking_words import CAPITAL, DISTRICT_KO, IGNORE_CASE, REGION_KO, of_kind

_NUMBER_EN = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_NUMBER_KO = r"[공영일이삼사오육륙칠팔구]"
_ENDING = r"(?:com|net|org|edu|gov|info|io|ai|app|dev|me|co|kr|us|uk|eu|de|fr|jp|cn|in|ca|au|example|test)"
"""Of a written address that is read out with "at": any word after a full stop may begin a sentence."""
_STREET = (
    r"(?:(?i:street|avenue|road|boulevard|lane)|St|Ave|Rd|Blvd|Ln|Drive|Dr|Court|Ct|Place|Square|Way|Terrace)"
)

CONTACTS = [
    *of_kind(
        "email",
        r"(?<![\w.+-])[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?[A-Za-z][\w-]*)+",
        rf"(?<![\w.+-])[\w.+-]+(?:\s+(?:dot|점|닷)\s+\w+){{0,3}}\s+(?:at|골뱅이|앳)\s+[\w-]+(?:\s*(?:dot|점|닷)\s*[A-Za-z가-힣]+|\.{_ENDING}\b){{1,2}}",
        flags=IGNORE_CASE,
    ),
    *of_kind(
        "link",
        r"\b(?:https?://|www\.)\S+|\b(?:linkedin|github|instagram)\.com/\S+",
        flags=IGNORE_CASE,
    ),
    *of_kind(
        "phone",
        r"(?<![\w.])\+?\(?\d(?:[\s().-]{0,3}\d){6,14}(?!\d)",
        rf"\b{_NUMBER_EN}(?:[\s,-]{{1,3}}{_NUMBER_EN}){{6,}}\b",
        rf"{_NUMBER_KO}(?:[\s,에-]{{0,2}}{_NUMBER_KO}){{7,}}",
        flags=IGNORE_CASE,
    ),
    *of_kind(
        "address",
        rf"\b\d{{1,5}}[A-Za-z]?\s+(?:[\w'’.-]{{1,30}}\s+){{1,4}}?{_STREET}\b(?:\.(?=,))?(?:,?\s*(?i:apartment|apt|suite|unit)\.?\s*#?\w+)?(?:,?\s*{CAPITAL}(?:\s{CAPITAL}){{0,4}}){{0,4}}(?:,?\s*\d{{5}}(?:-\d{{4}})?)?",
        r"\b(?i:(?:zip|postal)\s?code)\s*(?i:is\s*)?(?P<it>\d{5}(?:-\d{4})?)",
        r"우편\s?번호는?\s?(?P<it>\d{5})",
        r"\b[A-Z]{2}\s\d{5}(?:-\d{4})?\b",
        rf"{REGION_KO}(?:특별시|광역시|특별자치시|특별자치도|시|도)?\s?[가-힣]{{1,4}}(?:시|군|구)(?:\s[가-힣0-9]{{1,8}}(?:구|읍|면|동|리|로|길)(?![가-힣]{{2}})){{0,4}}(?:\s?\d+(?:-\d+)?(?:번길|번지|호)?){{0,4}}",
        rf"{DISTRICT_KO}\s[가-힣0-9]{{1,6}}(?:동|읍|면|로|길)(?=[\s에의,.\d]|$)",
        r"[가-힣]{1,6}(?:구|군|시)\s[가-힣0-9]{1,8}(?:로|길|동|읍|면)\s?\d+(?:-\d+)?(?:번길|번지|호)?(?:\s?\d+)?",
        r"[가-힣0-9]{2,10}(?:대로|로|길)\s?\d+(?:-\d+)?(?:번길(?:\s?\d+)?|번지|호)",
        r"[가-힣A-Za-z0-9]{2,12}\s?아파트(?:\s?\d+\s?동)?(?:\s?\d+\s?호)?",
    ),
]
