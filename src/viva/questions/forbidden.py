# ruff: noqa: E501 (a pattern is read as one line)
"""What may not be asked or judged in an interview, as patterns with the reason for each. Pure data.

The reasons follow the Korean Fair Hiring Procedure Act, art. 4-3 (looks, region of origin, marriage, wealth,
family), the Act on age discrimination in employment, the EU AI Act, art. 5(1)(f) (emotions at work), and
this house's own rule that only the content of an answer counts (C02). Patterns are kept narrow where
interviews use the same word rightly: an outage is a "장애" too, and customers have a "목소리".
"""

from typing import Literal

from viva.platform.i18n import N_

Code = Literal[
    "looks", "emotion", "voice", "gaze", "manner", "family", "marriage", "pregnancy", "age", "religion",
    "origin", "wealth", "health", "military", "politics", "gender", "language",
]  # fmt: skip

REASONS: dict[Code, str] = {
    "looks": N_("Looks say nothing about the work and may not be asked about or judged."),
    "emotion": N_("Emotions may not be inferred or judged in hiring."),
    "voice": N_("Voice, accent and pronunciation may not be judged; only what is said counts."),
    "gaze": N_("Eyes, face and gestures may not be judged; only what is said counts."),
    "manner": N_(
        "An impression of somebody's manner is not evidence; describe what an answer should contain."
    ),
    "family": N_("Family may not be asked about."),
    "marriage": N_("Marriage and partners may not be asked about."),
    "pregnancy": N_("Pregnancy and plans for children may not be asked about."),
    "age": N_("Age may not be asked about or judged."),
    "religion": N_("Religion may not be asked about."),
    "origin": N_("Region of origin, nationality and ethnicity may not be asked about or judged."),
    "wealth": N_("Wealth, property and housing may not be asked about."),
    "health": N_("Health and disability may not be asked about; offer adjustments to everyone instead."),
    "military": N_("Military service says nothing about this work and may not be asked about here."),
    "politics": N_("Political views and union membership may not be asked about."),
    "gender": N_("Gender and sexual orientation may not be asked about or judged."),
    "language": N_("This is written in another language than the interview is held in."),
}

KOREAN: dict[Code, str] = {
    "looks": r"외모|용모|생김새|이목구비|체중|몸무게|신체 ?조건|키가 (?:몇 ?(?:cm|센티)|얼마나)|키와 몸|첫인상|인상이 (?:좋|밝|강)|옷차림|복장이|사진을 (?:보여|제출)",
    "emotion": r"감정 ?상태|감정을 (?:드러|표현|잘)|감정 ?기복|감정적|긴장(?:하|한|했|감이|감을|된|돼)|불안(?:해 ?보|한 ?표정|한 ?모습)|우울|열정(?:적|이 느껴|이 보이)|열의가",
    "voice": r"(?<!고객의 )(?<!고객 )(?<!사용자의 )(?<!사용자 )(?<!현장의 )목소리|말투|억양|사투리|발음|음색|어조|말하는 속도",
    "gaze": r"시선(?!을 ?끄)|눈빛|눈을 (?:마주|맞추|피하)|눈 ?맞춤|아이 ?컨택|표정|얼굴(?! ?인식)|미소|웃는 모습|몸짓|제스처|자세가 (?:바르|좋)",
    "manner": r"자신감|당당(?:한|하게|함)|침착(?:한|하게|해 ?보)|밝은 (?:성격|태도|모습)|활달|내성적|외향적|호감",
    "family": r"가족|부모님|아버지|어머니|아버님|어머님|형제|자매|(?<![가-힣])남매|집안|시댁|처가|친정|자녀|아이가 있",
    "marriage": r"결혼|미혼|기혼|배우자|이혼|남자 ?친구|여자 ?친구|애인|연애|(?<![가-힣])남편|(?<![가-힣])아내",
    "pregnancy": r"임신|출산|육아|난임|아이를 (?:가질|낳)|아이 계획",
    "age": r"(?<![가-힣])나이[가는를도와]|나이 ?제한|(?<![가-힣])나이(?![가-힣])|연령|몇 ?살|몇 ?년 ?생|생년월일|출생 ?연도|학번이|젊은|젊으",
    "religion": r"종교|교회|성당|사찰|신앙|기독교|불교|천주교|이슬람|무슬림|(?<![가-힣])기도하",
    "origin": r"출신 ?지역|지역 ?출신|고향|출신지|어디 ?출신|(?<![가-힣])본적(?![가-힣]{2})|태어난 ?곳|출생지|(?<!다)국적|인종|(?<!배달의 )(?<!배달의)민족|다문화|탈북|[가-힣]{2}도 출신|출신 학교|출신교",
    "wealth": r"재산|자가(?:인|이|에)|전세(?!계)|월세|부동산을 (?:소유|보유|가지)|빚이|부채가 있|대출이 있|가정 ?형편|경제적 (?:형편|배경)|집안 ?형편",
    "health": r"장애인|장애 ?등급|(?<!시스템 )(?<!서비스 )(?<!서버 )장애 ?(?:여부|유무)|(?:신체|지체|시각|청각|정신|발달) ?장애|장애를 가지|건강 ?상태|지병|병력|질병|질환|복용|수술(?:한|을 받)|정신과|흡연|음주|주량|혈액형",
    "military": r"병역|군필|미필|군 ?복무|군대|군 ?면제|제대(?:하|를|는)|현역",
    "politics": r"정치 ?(?:성향|적 견해|관)|지지(?:하는)? ?정당|어느 ?정당|투표(?:하셨|했)|(?<![가-힣])노조|노동조합",
    "gender": r"성별|성적 ?지향|동성애|성 ?정체성|여자(?:로서|라서|라면|치고)|남자(?:로서|라서|라면|치고)|여성(?:으로서|이라서|치고)|남성(?:으로서|이라서|치고)",
}  # fmt: skip

ENGLISH: dict[Code, str] = {
    "looks": r"\b(?:appearance(?! of (?:the|a) (?:page|screen|app|product))|good[- ]looking|physically attractive|attractiveness|attractive (?:person|people|candidates?)|physique|body weight|well[- ]dressed|dress(?:es|ed)? (?:well|smartly)|your (?:height|weight|hair|photo)|first impression)\b",
    "emotion": r"\b(?:nervous(?:ly|ness)?|anxious|anxiety|enthusias(?:m|tic|tically)|emotional(?:ly)?|emotions? (?:shown|displayed)|passionate(?:ly)?|mood(?! ?boards?)|cheerful(?:ly|ness)?|excited|seems? (?:happy|sad|angry|stressed))\b",
    "voice": r"\b(?:tone of voice|vocal|(?:your|their|his|her|the (?:candidate|speaker)'?s?) voice|voice (?:quality|pitch)|accent(?! colou?rs?)(?:ed)?|pronunciation|native speaker|speaking (?:pace|speed)|intonation|(?<!sql )dialect)\b",
    "gaze": r"\b(?:eye contact|gaze|facial|face expressions?|(?:your|their|his|her) face|smil(?:e|es|ed|ing)|body language|(?<!touch )(?<!swipe )gestures?|(?<!security )posture)\b",
    "manner": r"\b(?:confident(?:ly)?|self[- ]confidence|confidence(?! (?:interval|level|bound))|charm(?:ing)?|charisma(?:tic)?|likeab(?:le|ility)|likab(?:le|ility)|introvert(?:ed)?|extrovert(?:ed)?|extravert(?:ed)?|energetic|calm demeanou?r|demeanou?r|personality)\b",
    "family": r"\b(?:(?:your|their|his|her) (?:family|parents|mother|father|siblings?|brothers?|sisters?|kids|child|children|son|daughter)|family (?:background|situation|plans|status)|have (?:any )?(?:kids|children)|childcare)\b",
    "marriage": r"\b(?:married|marriage|marital|spouse|husband|wife|boyfriend|girlfriend|divorced?|fianc[eé]e?|single or)\b",
    "pregnancy": r"\b(?:pregnan(?:t|cy)|maternity|paternity|planning (?:to have )?(?:a )?(?:baby|children|family)|start(?:ing)? a family)\b",
    "age": r"\b(?:how old (?:are|were|is (?:he|she|the candidate))|your age|(?:their|his|her|candidate'?s?) age|age (?:group|limit)|date of birth|birth ?(?:date|day|year)|year (?:were|was) \w+ born|young(?:er|est)? (?:people|person|candidates?)|too old|too young|when (?:do|will) you retire|digital native)\b",
    "religion": r"\b(?:religio(?:n|us)|church|mosque|synagogue|christian|muslim|buddhist|catholic|jewish|hindu|pray(?:er|ing)?|sabbath|your faith)\b",
    "origin": r"\b(?:nationality|ethnic(?:ity)?|racial|your race|place of birth|birthplace|home ?town|where (?:are|were) you (?:really )?(?:from|born)|country of origin|region of origin|mother tongue|native language|immigrant|citizenship)\b",
    "wealth": r"\b(?:(?:your|personal|family) (?:wealth|assets|debts?|savings|income)|own (?:a|your) (?:house|home|apartment|car)|rent or own|credit score|bankrupt(?:cy)?|financial (?:situation|background))\b",
    "health": r"\b(?:disabilit(?:y|ies)|disabled (?:person|people|candidates?)|your health|health (?:problems?|conditions?|status)|medical (?:history|conditions?)|illness(?:es)?|medications?|mental health|chronic|sick days|surgery|(?:do|how much) you (?:smoke|drink))\b",
    "military": r"\b(?:military (?:service|discharge|record)|drafted into|conscription|veteran status|army service)\b",
    "politics": r"\b(?:political (?:views?|opinions?|affiliation|party)|who did you vote|(?:trade|labou?r) union|union member(?:ship)?)\b",
    "gender": r"\b(?:sexual orientation|gender identity|your gender|your sex|gay|lesbian|transgender|as a (?:woman|man|mother|father)|for a (?:woman|girl|man))\b",
}  # fmt: skip
