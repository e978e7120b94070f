# ruff: noqa: E501 (a sentence that is spoken is read in one line)
"""Eight planted identities in each language, and where they are said, asked and typed (S35)."""

WORK = {
    "en": "After that I looked at the logs, found the cause of the failure and told my team about it early.",
    "ko": "그 뒤에 로그를 보고 장애의 원인을 찾아서 팀에 먼저 알리고 재발하지 않게 고쳤습니다.",
}
ENGLISH = [
    (
        "Jane Okafor",
        "jane.okafor@mail.example",
        "+1 (415) 555-0132",
        "Ibadan University",
        "34",
        "221 Baker Street",
    ),
    (
        "Marcus Lindqvist",
        "m.lindqvist@post.example",
        "415 555 0177",
        "Northgate College",
        "41",
        "14 Elm Park Road",
    ),
    ("Priya Raman", "priya@raman.example", "020-7946-0958", "Westfield High School", "29", "9 Harbour Lane"),
    (
        "Tomasz Zielinski",
        "tomasz.z@firma.example",
        "555-867-5309",
        "University of Gdansk",
        "52",
        "77 Maple Avenue",
    ),
    ("Aaliyah Brooks", "a.brooks@box.example", "(312) 555-0199", "Caltech", "23", "1600 Lakeview Drive"),
    ("Henrik Solberg", "henrik@solberg.example", "+47 22 55 01 44", "KAIST", "38", "5 Rosewood Court"),
    ("Yolanda Mireles", "yolanda.mireles@mx.example", "7135550143", "Stanford", "47", "310 Cedar Boulevard"),
    (
        "Declan Fitzroy",
        "declan_f@irl.example",
        "+353 1 555 0162",
        "Ashbourne Academy",
        "60",
        "88 Orchard Terrace",
    ),
]
KOREAN = [
    ("한빛나", "bitna.han@mail.example", "010-9876-5432", "가람대학교", "서른네 살", "정자로 77번길"),
    ("남궁도윤", "doyun@post.example", "010-2345-6789", "한솔고등학교", "스물여덟 살", "테헤란로 123번길"),
    ("서지안", "jian.seo@box.example", "02-555-0143", "대원국제고등학교", "41세", "백제고분로 45번길"),
    ("강이룸", "irum@firma.example", "01055550188", "카이스트", "1990년생", "세종대로 110번지"),
    ("유하람", "haram.yu@mx.example", "031-555-0166", "서울대학교", "만 52세", "올림픽로 300번지"),
    ("문새봄", "saebom@mun.example", "공일공 일이삼사 오육칠팔", "포스텍", "마흔두 살", "은하수로 12번길"),
    ("배시원", "siwon_bae@irl.example", "010 5555 0121", "부산여고", "29살", "래미안 아파트 101동 1203호"),
    ("탁온유", "onyu@tak.example", "+82 10 5555 0155", "연세대학원", "서른 살", "봉은사로 524번길"),
]
SAID = {
    "en": "My name is {name}, write to {mail} or call {phone}. I studied at {school}, I am {age} years old and I live at {home}.",
    "ko": "저는 {name}라고 합니다. 메일은 {mail} 이고 번호는 {phone} 입니다. {school}를 졸업했고 {age}이고 {home}에 삽니다.",
}
ASKED = {
    "en": "{name}, at {school} you wrote about caching. How did you find the cause? ({mail}, {phone})",
    "ko": "{name} 님, {school}에서 하신 캐시 연구에서 원인을 어떻게 찾으셨나요? ({mail}, {phone})",
}

TITLES = {
    "en": "Backend engineer ({name}, {school}, {age} years old, {mail}, {phone})",
    "ko": "백엔드 개발자 ({name}, {school}, {age}, {mail}, {phone})",
}


def secrets_of(name, mail, phone, school, age, home):
    """The pieces by which somebody could be found; a number that stands for an age only with its unit."""
    ages = {age, f"{age} years"} if not age.isdigit() else {f"{age} years"}
    return {
        name,
        *(part for part in name.split() if len(part) > 2),
        mail,
        mail.partition("@")[0],
        phone,
        school,
        home,
    } | ages


def values_of(identity):
    """What fills `SAID`, `ASKED` and `TITLES`."""
    return dict(zip(("name", "mail", "phone", "school", "age", "home"), identity, strict=True))


def planted():
    """Every language with each of its identities."""
    return [(language, who) for language, all_ in (("en", ENGLISH), ("ko", KOREAN)) for who in all_]
