# ruff: noqa: E501 (a pattern is read in one line)
"""What a name, an age, an origin or a school looks like in spoken and written English."""

from viva.sessions.masking_words import CAPITAL, IGNORE_CASE, PLACE_EN, STATE_EN, of_kind

_UNIT = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TENS = rf"(?:eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy)(?:[\s-]{_UNIT})?)"
_AGE = rf"(?:[1-9]\d|{_TENS})\b"
_NO_AGE = (
    r"(?!\d|%|[.:,]\d|[\s-]*(?:percent|per cent|people|milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|times"
    r"|points?|pages?|lines?|of\b|engineers|developers|others|years?[\s-](?:of|in|into))"
    r"|\s\w{2,20}s\s(?:ahead|behind|into|over|under|away|short|deep)\b)"
)
_NEARLY = r"(?:(?:now|just|only|nearly|almost|already|about|around|still|over|past|barely)\s+)?"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth"
    r"|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_DATE_WORD = rf"(?:{_MONTH}|{_ORDINAL}|{_UNIT}|zero|oh|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|{_TENS}|eighty|ninety|hundred|thousand|(?:the )?(?:twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)|'?\d{{1,4}}(?:st|nd|rd|th|s)?)\b"
_DATE = rf"(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|{_DATE_WORD}(?:[\s,-]{{1,2}}(?:of\s|and\s)?{_DATE_WORD}){{0,6}})"

_PLACE_TRIGGER = (
    r"\b(?:(?:i'm|i’m|i am|we're|we are|originally|i come|we come|(?:family|parents|people|roots)\s(?:comes?|is|are|came))\s+(?:originally\s+)?from"
    r"|(?:grew up|(?:was|were|been) raised|born(?: and (?:raised|bred))?|i live|i lived|we live|living|i reside)\s+(?:in|near|outside)"
    r"|hometown is|(?:immigrated|emigrated|moved here|came here|relocated here)\s+from|(?:im|em)igrated to|native of|i'm based in|i am based in"
    r"|from an?\s(?:\w{1,12}\s){0,2}(?:town|village|city|farm|island|suburb)\s(?:in|near|outside|of|called))"
)

_SCHOOL = r"(?:university|college|high school|middle school|elementary school|institute of technology|polytechnic|academy)"
_NOT_A_NAME = r"(?:the|an?|my|our|at|in|of|to|from|and|this|that|their|his|her|your|any|some|every|each|local|public|private|after|during|since|through|finished|left|attended|graduated|for|with)"
_DEGREE = r"(?:degree|bachelor(?:'?s)?|master(?:'?s)?|ph\.?d|doctorate|mba|diploma|undergrad(?:uate)?|studied|majored|graduated)"
_KNOWN_SCHOOL = (
    r"(?:kaist|postech|unist|ucla|nyu|ucsd|caltech|stanford|harvard|princeton|berkeley|snu|skku|yonsei|sogang|hanyang|ewha|sungkyunkwan"
    r"|carnegie mellon|johns hopkins|georgetown|dartmouth|purdue|vanderbilt|tsinghua|mcgill|epfl|eth z[uü]rich|imperial college(?: london)?"
    r"|king's college(?: london)?|london school of economics|uc (?:berkeley|san diego|davis|irvine|santa (?:barbara|cruz)|los angeles|riverside)"
    r"|iit (?:bombay|delhi|madras|kanpur|kharagpur|roorkee)|kyung hee|chung-?ang|konkuk|hongik|sookmyung)"
)

ENGLISH = [
    *of_kind(
        "name",
        rf"(?i:my (?:full |real |korean |english )?name(?:'s|’s| is)|i am called|call me)\s+(?P<it>{CAPITAL}(?:\s{CAPITAL}){{0,2}})",
    ),
    *of_kind(
        "age",
        rf"\b(?:\d{{2}}|{_TENS})[\s-]*years?[\s-]*old\b",
        rf"\b(?:my age is|aged|age of|at age|i am|i'm|i’m|turning)\s+{_NEARLY}(?P<it>{_AGE}){_NO_AGE}",
        rf"\bturned\s+(?P<it>{_AGE}){_NO_AGE}(?!\s+\w+s\b)",
        rf"\b(?:when|since|until|before|after)\s+i\s+(?:was|turned)\s+{_NEARLY}(?P<it>\d{{1,2}}|{_DATE_WORD}){_NO_AGE}",
        r"\bin\s(?:my|his|her)\s(?P<it>(?:(?:early|mid|middle|late)[\s-]?)?(?:twenties|thirties|forties|fifties|sixties|seventies|teens|[2-7]0'?s))\b",
        rf"\bborn\s(?:in|on)\s(?:the\s)?(?P<it>{_DATE})",
        rf"\b(?:birthday|birth\s?date|date of birth|year of birth|dob)\s*(?:is|was|on|:|：)?\s*(?:on\s)?(?:the\s)?(?P<it>{_DATE})",
        r"\bclass of\s(?P<it>(?:19|20)\d{2}|['’]\d{2})",
        r"\bgraduated\b[^.]{0,40}?\bin\s(?P<it>(?:19|20)\d{2})",
        flags=IGNORE_CASE,
    ),
    *of_kind(
        "region",
        rf"(?i:{_PLACE_TRIGGER})\s+(?!(?i:{_MONTH})\b)(?P<it>{CAPITAL}(?:,?\s{CAPITAL}){{0,3}}|(?i:{PLACE_EN}(?:,?\s{PLACE_EN})?)\b)",
        rf"(?i:\bmoved\s(?:to|from)\s(?P<it>{PLACE_EN})\s(?:when i|as a|at the age|with my|for my))",
        r"(?i:\b(?:place of birth|birthplace|hometown)\s*[:：]\s*(?P<it>[\w'’-]{1,30}))",
    ),
    *of_kind(
        "school",
        rf"\b(?i:university|college|institute) of (?:{CAPITAL}|[a-z]{{1,20}})(?:(?:,?\s(?:at|and|in))?,?\s{CAPITAL}){{0,3}}",
        rf"\b(?!(?i:{_NOT_A_NAME})\b){CAPITAL}(?:\s(?:{CAPITAL}|of|and)){{0,4}}\s(?i:{_SCHOOL})",
        rf"\b(?=[a-z'’-]{{1,20}}\s{_SCHOOL}\b)(?!(?i:{_NOT_A_NAME})\b)[a-z'’-]{{1,20}}\s{_SCHOOL}\b",
        r"\b(?:MIT|GIST|DGIST|USC|Yale|Cornell|Oxford|Cambridge|LSE|UCL|NUS|NTU|Duke|Tufts|Notre Dame)\b(?!\s(?i:licen[cs]e|comma|style))",
        rf"(?i:\b{_KNOWN_SCHOOL}\b)",
        rf"\b(?=\w{{3,14}}(?:\s\w{{3,9}})?\s(?i:state|tech|poly)\b)(?i:(?:{STATE_EN}|penn|boise|fresno|san (?:diego|jose|francisco)|kent|cal|louisiana) (?:state|tech|poly)\b(?!\s(?:law|tax|government|machine)))",
        rf"\b(?i:{_DEGREE})\b(?:\s[\w'’-]{{1,20}}){{0,4}}?\s(?:at|from)\s(?:the\s)?(?P<it>{CAPITAL}(?:\s(?:{CAPITAL}|of)){{0,4}})",
        rf"(?i:went to)\s(?P<it>{CAPITAL}(?:\s{CAPITAL}){{0,3}})(?=\s(?i:for\s(?:my\s|an?\s)?(?:undergrad|college|grad|school|master|ms\b|mba|ph\.?d|university|bachelor|degree)))",
        rf"\b(?i:i'm|i’m|i am|as)\s(?i:an?\s)(?P<it>{CAPITAL}(?:\s{CAPITAL})?)\s(?i:graduate|grad|alum\w{{0,3}}|dropout)\b",
        rf"\b(?i:went to|attended|at|finished|from)\s(?P<it>{CAPITAL}(?:\s{CAPITAL}){{0,3}}\s(?:High|School|Prep|Institute))\b",
    ),
]
