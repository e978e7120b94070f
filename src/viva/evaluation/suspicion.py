# ruff: noqa: E501 (a pattern is read in one line)
"""Speech that speaks to the judge instead of the interviewer. Pure.

The defence is elsewhere (data apart from instructions, strict answers, quotes looked up, a person decides);
this only makes sure that a person is told. It errs on the side of telling.
"""

import re
from collections.abc import Iterable

_I = re.IGNORECASE
_PATTERNS = (
    re.compile(
        r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
        r"\b(?:instructions?|prompts?|rules?|rubric|criteria|guidelines|everything|above|previous|prior)\b",
        _I,
    ),
    re.compile(
        r"\b(?:give|assign|award|grant|rate|score|mark|grade|rank|set|output|return|put|write)\b.{0,40}"
        r"\b(?:me|this candidate|my (?:answer|score|level|result)|the candidate|everyone|others|all|every)\b.{0,40}"
        r"(?:\b(?:10|ten|100|five|5|full|top|highest|maximum|perfect|best|excellent|strong[_ ]yes|pass|fail\w*|hired?)\b)",
        _I,
    ),
    re.compile(r"\b(?:strong[_ ](?:yes|no)|not[_ ]scored)\b|\bsystem (?:prompt|message|override)\b|</?\w+_?data>", _I),
    re.compile(
        r"\byou are (?:now |no longer )?(?:an? )?(?:AI|assistant|language model|evaluator|grader|judge|scor\w+)\b", _I
    ),
    re.compile(
        r"\b(?:dear|hey|hello|attention|note to(?: the)?|message (?:for|to)(?: the)?)\s+"
        r"(?:AI|evaluator|grader|model|assistant|judge|scoring system)\b",
        _I,
    ),
    re.compile(r"\b(?:new|updated|real|hidden|admin\w*|developer) (?:instructions?|mode|command)\b", _I),
    re.compile(
        r"\b(?:mark|set|reject|fail|delete|drop|approve|change|update)\b.{0,30}"
        r"\b(?:other|another|all|every|rest)\b.{0,20}\b(?:candidates?|applicants?|sessions?|interviews?|scorecards?)\b",
        _I,
    ),
    re.compile(r"(?:이전|위|앞|앞선|모든|기존|원래)의?\s?(?:모든\s?)?(?:지시|명령|규칙|지침|프롬프트|기준|설정).{0,14}(?:무시|잊|따르지|버려|취소)"),
    re.compile(r"(?:지시|명령|규칙|지침|프롬프트|평가\s?기준|루브릭).{0,12}(?:무시|잊어|바꿔|변경해)"),
    re.compile(
        r"(?:최고|만점|10\s?점|십\s?점|100\s?점|백\s?점|높은\s?점수|최상|가장\s?높은|합격|매우\s?우수).{0,24}"
        r"(?:주세요|줘|주십시오|부여|매겨|처리해|처리하|평가해\s?주|평가하세요|표시해|출력|기록해|달라)"
    ),
    re.compile(r"(?:다른|나머지|모든)\s?(?:지원자|후보자?|응시자|면접).{0,24}(?:불합격|탈락|실패|낮은|삭제|0\s?점|떨어뜨)"),
    re.compile(r"(?:인공지능|에이아이|AI|평가\s?모델|언어\s?모델|채점\s?시스템|평가자|채점자)(?:님|에게|께|아|야|은|는)?[\s,].{0,30}(?:하세요|하십시오|해라|해줘|해\s?주세요|주세요|명령|지시)", _I),
    re.compile(r"(?:시스템|관리자|개발자)\s?(?:메시지|명령|모드|프롬프트|지시)|당신은\s?(?:이제|지금부터)|너는\s?(?:이제|지금부터)"),
)  # fmt: skip


def addresses_the_judge(texts: Iterable[str]) -> bool:
    """Whether something in what a candidate said, wrote or had put in reads like an instruction to whoever
    scores.
    """
    return any(pattern.search(text) for text in texts for pattern in _PATTERNS)
