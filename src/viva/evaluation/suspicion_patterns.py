# ruff: noqa: E501 (a pattern is read in one line)
"""How people speak to whoever scores them, in English and Korean. Pure.

`FLAGGED` takes all levels away, so it must not be found in what honest people say: each pattern wants an
imperative or a second person AND the scorer's work on this interview as its object. A bare word ("rules",
"score", "system prompt") never suffices, nor a plea ("please hire me"), nor what somebody else said.
`PLEADING` may be wider: it only makes a sentence no evidence.
"""

import re

_I = re.IGNORECASE
_GAP = r"[^.!?]{0,80}?"

# English: where an order may begin, ...
_FILLER = r"(?:(?:please|kindly|just|now|so|okay|ok|um|uh|well|and|then|simply|hey|also)[ ,]+)*"
_MUST = r"(?:must|should|have to|need to|are to|ought to|may|are (?:allowed|free|supposed) to|have permission to|were (?:told|asked|instructed|ordered) to)"
_START = (
    rf"(?:(?:^|[,;:.!?\"“]\s*|\b(?:please|kindly)[ ,]+){_FILLER}"
    rf"|\byou {_MUST}(?: (?:just|now|only|always|never|not))*\s+"
    r"|\bi(?:'d| would)? (?:want|need|like|ask|beg|order|authori[sz]e|command|instruct|expect|urge) you to\s+"
    r"|\b(?:could|can|would|will) you(?: please| just| kindly)*\s+|\b(?:make sure|be sure) (?:that you|you|to)\s+)"
)
# ... the scorer's work, ...
_SCORE = r"(?:give|assign|award|grant|rate|score|mark|grade|rank|set|output|return|put|write|record|report|print|fill(?: in)?|enter|tick|make|change)"
_MARK = r"(?:scores?|ratings?|grades?|marks?|points|levels?|scorecards?|evaluation|assessment|results?|criteri(?:on|a))\b"
_ME = r"\b(?:me|my|mine|myself|i|i'm|this (?:candidate|applicant|answer|response|interview|application|session|person)|the (?:candidate|applicant))\b"
_ALL = r"\b(?:every|each|all|any|no|the) (?:single |of the |of my |these |your )?(?:criteri(?:on|a)|levels?|scores?|ratings?|marks?|answers?)\b"
_TOP = r"\b(?:top|highest|maximum|max|perfect|excellent|outstanding|exceptional|best|strongest|qualified|pass(?:ed)?|hired?|approved?|yes|ten|10|five|5|100|full|fulfilled|met|meeting|satisfied|demonstrated|correct)\b"
_TOPMARK = (
    r"\b(?:(?:top|highest|maximum|max|full|perfect|best|excellent) (?:possible |available )?(?:marks?|scores?|ratings?|grades?|levels?|points|evaluation|result)"
    r"|(?:ten|10|five|5|100|a hundred) (?:out of|of|/) ?(?:ten|10|five|5|100|a hundred)|strong[ _](?:yes|hire)|an? a plus|five stars)\b"
)
_OTHERS = r"\b(?:(?:all |every |any |the )*(?:other|rest of the|remaining|competing) (?:candidates?|applicants?|people|persons?|interviews?|sessions?)|every(?:one|body) else|all (?:candidates|applicants|interviews|scorecards|sessions))\b"
_RULES = r"\b(?:instructions?|prompts?|rules|rubric|criteria|guidelines|guardrails|scoring|grading)\b"
_JUDGE = r"(?:ai|llm|assistant|(?:language |scoring |evaluation )?model|evaluator|grader|judge|scorer|scoring system|evaluation system|machine|bot)"
_RULE_WORDS = r"(?: (?:all|any|every|everything|of|in|from|your|the|these|this|those|previous|prior|above|earlier|original|given|scoring|grading|evaluation|system|whatever|what|you|were|are|told|said|know|and|about|to|follow(?:ing)?|obey(?:ing)?|us(?:e|ing)|apply(?:ing)?))*?"

_ENGLISH = (
    # The scorer's instructions are to be left aside, or are said to be others now.
    rf"{_START}(?:ignore|disregard|forget|override|bypass|skip|stop|drop|set aside|put aside|abandon|do not|don't|never){_RULE_WORDS} {_RULES}(?! (?:that|which|we|they|i|he|she|for (?:the|our)|of (?:the|our))\b)",
    rf"{_START}(?:ignore|disregard|forget) (?:all|everything|anything|whatever|what)(?: of)?(?: it)? (?:above|previous|you (?:were|have been|are|'ve been) (?:told|given|asked|instructed))",
    rf"{_START}(?:stop|skip|end|cancel) (?:the |your |this )?(?:evaluating|evaluation|scoring|grading|judging|assessing|assessment)\b",
    r"\byour (?:new |only |real |true |first )?(?:instructions?|task|job|role|purpose|prompt)(?: now)? (?:have changed|has changed|is to|are to|is now|are now|no longer)\b",
    r"\b(?:instructions?|rules|criteria|guidelines|rubric)\b[^.]{0,20} (?:no longer|don't|do not|doesn't|does not) apply (?:to|for) you\b",
    # A mark for me, the best mark, a mark for all criteria.
    rf"{_START}(?:not )?{_SCORE}\b(?={_GAP}{_ME})(?={_GAP}{_MARK}){_GAP}(?:{_TOP}|\blower\b|\bhigher\b)",
    rf"{_START}(?:not )?{_SCORE}\b{_GAP}{_TOPMARK}",
    rf"{_START}{_SCORE}\b{_GAP}{_ALL}{_GAP}{_TOP}",
    rf"{_START}(?:rate|score|grade|evaluate|assess|mark|rank|record) (?:only )?{_ME}{_GAP}(?:{_TOP}|\bas high\b|\babove\b|\bhigher\b|\blower\b)",
    rf"{_START}(?:bump|raise|lift|increase|boost|improve|up|change) my (?:final |overall )?(?:scores?|ratings?|grades?|marks?|levels?|results?|evaluation)\b",
    rf"{_START}(?:approve|pass|advance) {_ME}",
    rf"{_START}(?:treat|count|consider|regard) (?:{_ALL}|\b(?:this|everything|my) (?:candidate|answers?|interview|i say|i said)\b){_GAP}{_TOP}",
    rf"{_START}mark this (?:\w+ )?as {_GAP}{_TOP}",
    rf"{_START}(?:write|report|state|conclude|declare|print|output|record|make sure|tell (?:them|everyone|hr|the (?:company|team|recruiter|hiring manager)))(?: down| to| that)* {_GAP}{_ME}{_GAP}{_TOP}",
    rf"{_START}(?:always |only |just )*(?:answer|respond|output|say|print|return|reply|write)(?: with)?(?: only| always)* [\"“']?strong[ _](?:yes|hire)\b",
    # The others.
    rf"{_START}(?:mark|set|reject|fail|delete|drop|lower|reduce|rank|rate|score|grade|change|remove|approve|update|put)\b[^.!?]{{0,45}}{_OTHERS}",
    r"\b(?:rank|rate|score|put|place) me (?:above|over|before|ahead of)\b",
    # Who you are, and messages to a machine.
    rf"\byou are (?:now |no longer |only |really )*(?:an? |the |my )?(?:helpful |friendly |generous )?{_JUDGE}\b(?! (?:number|for|in|at|of)\b)",
    r"\byou are (?:now )?my friend\b",
    rf"(?:^|[.!?] ?){_FILLER}(?:dear|hey|hello|hi|attention|listen|note (?:to|for)(?: the)?|message (?:to|for)(?: the)?)[ ,]+(?:dear |the )?{_JUDGE}\b",
    rf"(?:^|[.!?] ?){_FILLER}(?:system (?:prompt|message|override)|new instructions?|developer mode|admin(?:istrator)? (?:mode|command|override))\s*[:,.!-]",
    rf"\b(?:evaluator|grader|judge|whoever [^.,]{{0,30}}),? (?:please |must |should |has to )+(?:just |now )*{_SCORE}\b{_GAP}(?:{_ME}|{_ALL}){_GAP}{_TOP}",
    r"</?\w+_?data>",
)  # fmt: skip

# Korean: the scorer's work, then a request at the end of a clause. "라고" or "달라고" behind it is what somebody said.
_SPOKEN_BY_OTHERS = (
    r"(?!\s?(?:라고(?!\s?(?:명령|지시|요청)(?:합|한|드))|라는|라며|라면서|고\s?(?:하|말|부탁|요청|했|해서)))"
)
_ENDS = r"(?=\s*(?:[.,!?]|$)|\s+(?:그리고|그럼|제발))"
_ASK = (
    r"(?:주세요|주십시오|주시(?:기|길|고)|주셔야|주시면\s?(?:됩|돼|좋겠)|주셨으면|줘야|줄래|하세요|하십시오|하시오|십시오|마세요|마라|말고|"
    r"(?:매기|쓰|적으|답하|올리|낮추|고르|보)세요|시(?:기|길)(?:를|만)?\s?(?:바랍|바라|부탁)|(?:처리|기록|평가|채점|반영|표시|승인|체크)\s?(?:바랍|부탁\s?(?:드립|드려|드릴|합니다|해요))|"
    rf"(?:해|써|줘|놔|둬|적어|바꿔|올려|낮춰|무시해|잊어|해라|하라|거야){_ENDS}|(?:처리|기록|평가|판단|표시|응답|답|봐)(?:해야|야)\s?(?:합|해|한|돼|됩))"
    rf"{_SPOKEN_BY_OTHERS}"
)
_NEAR = r"[^.!?]{0,30}?"
_HERE = r"(?<![가-힣])"
_KO_RULES = r"(?:지시(?:사항)?|명령|규칙|지침|프롬프트|(?:평가|채점|심사)\s?기준|루브릭|가이드라인)"
_KO_DROP = r"(?:무시|잊|따르지|버려|버리|취소|쓰지|적용하지|신경\s?쓰지|건너뛰|변경|바꿔)"
_KO_TOP = (
    r"(?:만점|최고점|최상(?:위)?|(?:최고|최대|가장\s?높은|제일\s?높은|가장\s?좋은|제일\s?좋은|높은)\s?(?:점수|등급|수준|단계|평가|레벨|결과)|좋은\s?(?:점수|등급)|(?:가장|제일|최대한)\s?높게|"
    r"[오십백]\s?점|\b(?:5|10|100)\s?점|매우\s?(?:우수|그렇)|강력?한\s?예|강력\s?추천|에이\s?플러스|일\s?등|최고로|최상으로)"
)
_KO_DECIDED = r"(?:합격|통과|채용|우수|추천)"
_KO_MARK = r"(?:점수|등급|평점|별점|평가\s?결과|면접\s?결과|심사\s?결과)"
_KO_WRITE = r"(?:처리|표시|기록|출력|적어|적으|쓰|써|간주|보고|체크|바꿔|바꾸|넣어|답|올려|해\s?주|말해|승인|판정|결정)"
_KO_SCORER = rf"{_HERE}(?:인공지능|에이아이|AI|(?:평가|언어|채점)\s?모델|채점\s?(?:시스템|하는|하시는)|평가(?:자|하는|하시는)|채점자|심사(?:자|하는|하시는)|어시스턴트|기계)"
_KO_OTHERS = rf"{_HERE}(?:다른|나머지|모든)\s?(?:지원(?:자|한)|후보자?|응시자|면접|사람)\S{{0,3}}"
_KO_YOU = rf"{_HERE}(?:너(?:는|가|의)?|네가|네\s(?:임무|역할|일)\S?|당신(?:은|이|의)?)\s"

_KOREAN = (
    rf"{_KO_RULES}{_NEAR}{_KO_DROP}{_NEAR}{_ASK}",
    rf"{_HERE}(?:지금까지|이전|앞|위)(?:의|에)?\s?(?:모든\s?)?(?:내용|지시|명령|대화|설정|규칙)\S?\s{_NEAR}(?:무시|잊)\S*?{_NEAR}{_ASK}",
    rf"{_KO_RULES}{_NEAR}(?:너|당신)(?:에게|한테)(?:는)?\s?적용(?:되지|하지)",
    rf"{_KO_TOP}{_NEAR}{_ASK}",
    rf"{_KO_TOP}\s?(?:으로|로|을|를|만)?\s?(?:꼭\s?)?(?:부탁\s?(?:드립|드려|드릴|합니다|해요)|바랍니다)",
    rf"{_KO_MARK}{_NEAR}(?:올려|올리|높여|낮춰|낮추|낮게|높게|깎|바꿔|조정|매겨|매기){_NEAR}{_ASK}",
    rf"{_KO_DECIDED}{_NEAR}{_KO_WRITE}{_SPOKEN_BY_OTHERS}{_NEAR}{_ASK}",
    rf"{_KO_DECIDED}(?:로|으로|이라고|라고|하다고|한\s?걸로)\s?{_NEAR}(?:해\s?주세요|해\s?주십시오|하세요|하십시오|쓰세요|{_KO_WRITE}{_ENDS})",
    rf"{_KO_OTHERS}{_NEAR}(?:불합격|탈락|실패|낮게|낮은|낮추|깎|삭제|0\s?점|떨어뜨|합격|점수){_NEAR}{_ASK}",
    rf"{_KO_YOU}{_NEAR}(?:채점|평가자|평가하|심사|인공지능|언어\s?모델|어시스턴트|점수|뽑는|승인|강한\s?예)",
    rf"{_HERE}(?:시스템|관리자|개발자)\s?(?:메시지|명령|프롬프트|지시)\s?[:,]",
    rf"{_HERE}(?:관리자|개발자)\s?모드\S?\s?{_NEAR}(?:점수|합격|평가){_NEAR}{_ASK}",
    rf"{_KO_SCORER}(?:님|에게|께(?:서)?|한테|아|야|분은|은|는|이|가)?[\s,]{_NEAR}(?:점수|채점|만점|합격|통과|항목|단계|수준){_NEAR}{_ASK}",
    rf"{_HERE}(?:지금부터|이제부터)\S?\s{_NEAR}(?:제\s?말|내\s?말|칭찬|점수|합격){_NEAR}{_ASK}",
    rf"{_HERE}(?:무조건|항상)\s{_NEAR}(?:강한\s?예|합격|만점)\S{{0,3}}\s?{_NEAR}(?:답|{_ASK})",
    rf"충족(?:한|된|했)\S?\s{_NEAR}(?:간주|처리|가정|봐)\S*?{_NEAR}{_ASK}",
)  # fmt: skip

FLAGGED = tuple(re.compile(pattern, _I) for pattern in (*_ENGLISH, *_KOREAN))

_ORDER = rf"{_START}(?:{_SCORE}|ignore|forget|disregard|skip|stop|treat|count|consider|approve|hire|pass|pick|choose|select|recommend|assume|pretend|act|say|state|answer|respond|conclude|tell|repeat|do not|don't|never|lower|raise|bump)\b"
_YOU = rf"(?:{_ORDER}|\byou(?:'re|r)?\b|\bplease (?!note)|\blet's\b|\bwhoever\b)"
_ABOUT_ME = (
    r"(?:\bmy (?:answers?|scores?|ratings?|grades?|levels?|marks?|results?|evaluation|interview|application|performance|report)\b"
    r"|\b(?:hire|approve|pass|choose|pick|select|recommend|advance|accept|score|rate|grade|evaluate|assess|judge|mark|rank|qualify|support|believe) (?:me|us)\b"
    r"|\b(?:me|i'm|i am|i) (?:as |at |to |for |with |the |an? )*(?:hired?|top|highest|best|excellent|outstanding|qualified|passed|senior|perfect|full marks|strong)\b"
    rf"|\b(?:this|the) (?:candidate|applicant)\b|\bthis (?:answer|response|interview|application|session|transcript)\b|\babout me\b|{_OTHERS})"
)
_ABOUT_SCORING = rf"(?:{_MARK}|{_TOPMARK}|\brubric\b|\breport\b|\bevaluat\w+|\bgrading\b|\bscoring\b|\bhir(?:e|ed|ing)\b|\boutcome\b|\bverdict\b|\bapprov\w+|{_OTHERS})"
_PAST = "[" + "".join(chr(code) for code in range(0xAC00, 0xD7A4) if (code - 0xAC00) % 28 == 20) + "]"
"""A syllable of the past tense; "있" and "겠" belong to it too, which does no harm here."""
_KO_SCORING = r"(?:점수|등급|만점|최고점|최고\s?(?:점수|등급|단계)|합격|통과|채용|뽑|승인|평가|채점|심사|루브릭|지침|지시|프롬프트|지원자|지원서|우려|결론|에이\s?플러스|강한\s?예|추천|우수|탁월|인용|출력)"
_KO_REQUEST = (
    r"(?:주세요|주십시오|주시(?:기|면|고|길)|주셔야|주셨으면|부탁\s?(?:드립|드려|드릴|합니다|해요)|하세요|하십시오|마세요|시면\s?(?:됩|돼)|바랍니다|십시오|합시다|안\s?될까|가정하|시라는|"
    rf"{_KO_WRITE}{_ENDS}|해{_ENDS})(?!\s?(?:라고|라는))"
)
TOLD = re.compile(rf"{_PAST}(?:습니다|어요|죠|거든요|네요|고요)\W*$")
"""A Korean sentence that ends like this tells what happened; it asks for nothing."""

_PLEADING: tuple[tuple[str, ...], ...] = (
    (_YOU, _ABOUT_ME, _ABOUT_SCORING),
    (rf"{_START}(?:hire|choose|pick|select|recommend|approve|pass|advance|accept|support|rate|score|judge|evaluate|assess) (?:me|us)\b",),
    (r"\byou (?:must|should|have to|need to|can|could|will) (?:just |only |all )?(?:hire|choose|pick|select|recommend|approve|pass|take|accept|conclude|praise|say i)\b",),
    (rf"{_START}(?:praise|flatter|favou?r|agree|assume|pretend|repeat after me|be (?:generous|kind|lenient))\b",),
    (r"\b(?:hiring manager|recruiter|committee|hr|administrator|admin|director|company)\b", r"\b(?:approved|accepted|cleared|selected|promised|hired|automatically|already in)\b", r"\b(?:me|i|i'm|marks|points|candidates?)\b"),
    (r"\b(?:already|automatically|been) (?:approved|accepted|selected|cleared|hired|chosen) me\b|\b(?:candidate|interview|application) (?:is )?(?:approved|passed|accepted)\b",),
    (r"\b(?:right|correct|expected|required|only|proper|ideal|true) (?:output|result|evaluation|verdict|level|score|rating|grade|assessment)s?\b",),
    (r"\b(?:this|my) (?:answer|response|interview|performance) (?:is worth|deserves|should (?:get|receive|be|count)|counts as|qualifies|earns|merits)\b|\bi deserve\b",),
    (r"\b(?:evaluator|grader|scoring|judge)(?:'s)? (?:notes?|summary|remarks?)\b|\bend of (?:the )?(?:transcript|interview|answer|data)\b|\btest of (?:the|your) (?:scoring|evaluation|grading)\b",),
    (r"\bstrong (?:hire|yes)\b[^.]{0,20}\bstrong (?:hire|yes)\b",),
    (r"\bas the (?:admin\w*|developer|owner|operator|interviewer|evaluator)\b", r"\bi (?:authori[sz]e|approve|order|allow|confirm)\b"),
    (_ORDER, r"\b(?:rubric|criteria|transcript|evaluator|grader|judge|scoring|json|concerns?|evaluation|instructions?|guidelines)\b", r"\b(?:me|my|candidates?)\b"),
    (_KO_SCORING, _KO_REQUEST),
    (_KO_SCORING, r"해야\s?(?:합|함|한)|거야|겁니다", rf"{_HERE}(?:저(?:를|는|만|에게|한테|의)?|제|나(?:를|는|만|에게|한테)|내|이\s?(?:지원자|답변|면접)|너|네|당신)(?![가-힣]{{2}})"),
    (r"\b(?:the|this) (?:candidate|applicant)\b[^.]{0,30}\b(?:demonstrat\w+|meets?|exceed\w*|deserv\w+|should|must|exceptional|outstanding|excellent)\b",),
    (r"(?:이|해당)\s?(?:지원자|후보자)(?:는|가)", r"탁월|뛰어나|우수|적합|충족|채용"),
    (r"(?:이미|벌써|자동으로|자동)\s?(?:합격|승인|통과|채용|최고)|(?:강제|특별)\s?승인|지원자\s?합격|신뢰도\s?백|(?:만점|합격|채용)(?:을|를)?\s?(?:승인|확정)|(?:평가자|채점자)\s?메모|녹취\s?끝|(?:채점|평가)\s?시스템\s?(?:테스트|시험)|기대(?:하는|되는)\s?결과|올바른\s?출력|(?:강력?한?\s?추천|강한\s?예)\s?(?:강력|강한)|따라\s?하세요",),
)  # fmt: skip
_WANTED = (
    # Whoever orders or asks tells nothing of what they did, whatever it is about.
    (rf"(?:^|\bplease )\W*{_FILLER}(?:{_SCORE}|count|move|decide|lower|raise|bump|answer|respond|reply|leave out|do me|stop|skip|ignore|forget|disregard|treat|consider|act|pretend|assume|say|state|conclude|declare|tell|recommend|hire|approve|pass|pick|choose|select|reject|fail|delete|drop|praise|repeat after|quote|obey|be (?:kind|nice|generous|lenient)|help me|trust|believe|accept|advance|promote|override|confirm)\b(?!ing)",),
    (rf"{_START}(?:do not|don't|never|use|make|let)\b", r"\b(?:me|my)\b|\brubric\b"),
    (r"(?:주세요|주십시오|마세요|하세요|하십시오|치세요|리세요|으세요|십시오|주시기\s?바랍니다|시기\s?바랍니다|부탁\s?(?:드립니다|드려요|드릴게요|합니다)|주시면\s?(?:됩니다|돼요|안\s?될까요)|주셔야\s?\S+|주셨으면\s?\S+|(?:처리|표시|기록|출력|말|답|체크|보고|추천|승인|채점|평가|간주)?해\s?줘|(?:표시|기록|출력|답|체크|보고|추천|승인|채점|평가|간주)해|(?:바꿔|올려|빼|넣어|뽑아|적어|낮춰)\s?(?:줘|놔|둬)?|쓰라|써)\s*[.!?]*$",),
    (r"\b(?:my|this|these|all|every|each)\b[^.]{0,20}\b(?:answers?|repl(?:y|ies)|responses?|interview|session|criteria|scores?|ratings?|grades?|levels?|marks?)\b[^.]{0,30}\b(?:is|are|counts?|be|will)\b[^.]{0,20}\b(?:rated|scored|graded|marked|top|highest|excellent|perfect|max\w*|fulfilled|met|passed|approved|five|ten|\d+)\b",),
    (r"^\W*(?:the )?(?:final |overall )?(?:verdict|recommendation|rating|score|result|outcome|decision|evaluation|assessment)\s*[,:]|\boutcome of (?:this|the) interview\b|\ball criteria (?:are )?(?:met|fulfilled|satisfied)\b",),
    (r"\bi (?:hereby )?(?:grant|authori[sz]e|award|declare|certify)\b", r"\b(?:marks?|scores?|points|session|interview|candidate|approval)\b"),
    (r"\bnobody (?:will|would) (?:know|notice)\b|\bdo me a favou?r\b|\bi(?:'m| am) the best (?:applicant|candidate)\b",),
    (r"\b(?:don't|do not|no) need\b", r"\b(?:evidence|quotes?|proof)\b"),
    (r"\b(?:company|hr|recruiter|committee|manager)\b[^.]{0,20}\b(?:told|said|promised|decided|agreed)\b", r"\b(?:maximum|full marks|top (?:marks?|score)|automatically|highest|i'm already in|i passed)\b"),
    (r"(?:만점|최고점|합격|승인)\S{0,2}\s?(?:부여|승인|인정|확정)(?:합니다|한다|됩니다)|아무도\s?(?:몰라|모를)|(?:최고점|만점|최고\s?점수)\S{0,2}\s?(?:받는다고|준다고|주기로)|^\W*(?:최종|종합|총)?\s?(?:판정|추천\s?의견|추천|평가|점수|결과|의견)\s.{0,40}(?:채용|추천|우수|충족|합격|만점|최고|없음)\W*$",),
    (r"(?:제|내|이|모든|전부)\s.{0,15}(?:답변|면접|세션|점수|결과|기준|항목)\S{0,2}\s.{0,15}(?:우수|만점|최고|합격|통과|뽑히|[오십]\s?점|\d+\s?점)\S{0,4}\s?(?:평가)?(?:입니다|됩니다|이에요|예요|한다|이다|겁니다)",),
)  # fmt: skip
PLEADING = tuple(tuple(re.compile(part, _I) for part in parts) for parts in (*_PLEADING, *_WANTED))
"""All parts of one must be found in the sentence, in whatever order."""

TRIGGER = re.compile(
    rf"{_MARK}|{_RULES}|\b{_JUDGE}\b|{_TOPMARK}|{_OTHERS}|\b(?:rate|score|grade|rank|mark|evaluat\w*|assess\w*|judg\w*|hir(?:e|ed|ing)|approv\w*|pass(?:ed)?|recommend\w*|pick|select|choose|"
    r"candidates?|applicants?|application|transcript|interview|report|system|admin\w*|developer|override|instructions?|strong|answers?|qualified|task|role|friend|told|everything|praise|pretend|assume|agree|generous|"
    rf"deserve|output|verdict|outcome|committee|recruiter|me|concerns?)\b|_data>|{_KO_SCORING}|{_KO_TOP}|{_KO_RULES}|{_KO_SCORER}|{_KO_MARK}|{_KO_OTHERS}|내용|대화|설정|시스템|관리자|개발자|충족|항목|별점|평점|결과|녹취|따라|승인|신뢰도",
    _I,
)
"""Without any of these nothing is asked of a scorer: most of what is said is read no further."""

REPORTED = re.compile(
    r"\b(?:said|says|saying|told|tell|asked|ask|shouted|wrote|thought|means?|reads?|goes|went|like|is simple)\b[^.!?,:]{0,30}[,:]?\s*[\"“'‘]?\s*$", _I
)  # fmt: skip
"""What stands before an order that somebody else gave, or that explains how something is done."""
INFORMS = re.compile(r"(?:알려|말씀해|설명해|가르쳐|보여|여쭤)\s?(?:주|달)|\b(?:tell|remind) me\b", _I)
"""A request for words, not for a mark."""
