# ruff: noqa: E501 (Hangul counts double)
"""The same Korean name in the other script: Hangul as people spell it in Latin letters, and back. Pure.

Revised Romanisation and the usual other spellings of each sound, and a list of family names, whose spellings
follow no rule. Spellings that nobody takes are allowed rather than one missed.
"""

import re
from functools import cache

_FIRST, _JUNG, _JONG = 0xAC00, 21, 28

_INITIALS = (
    "g k", "kk gg k g", "n", "d t", "tt dd", "r l", "m", "b p", "pp bb p b", "s sh", "ss s", "", "j ch", "jj j",
    "ch", "k", "t", "p", "h",
)  # fmt: skip
_VOWELS = (
    "a ah", "ae ai", "ya yah", "yae", "eo u o uh", "e eh", "yeo yu you yo", "ye yae", "o oh", "wa", "wae",
    "oe oi we", "yo", "u oo ou woo wu", "wo", "we", "wi wee", "yu yoo you", "eu u", "ui eui ee", "i ee",
)  # fmt: skip
_FINALS = {
    0: "", 1: "k g", 4: "n", 7: "t d", 8: "l r", 16: "m", 17: "p b", 19: "t s", 21: "ng", 22: "t j", 26: "p",
}  # fmt: skip
"""By the place of the final consonant among the 28; others stand in no name."""

_FAMILY_NAMES = {
    "김": "kim gim", "이": "lee yi rhee ri", "박": "park pak bak", "최": "choi choe", "정": "jung jeong chung",
    "강": "kang gang", "조": "cho jo", "윤": "yoon yun youn", "장": "jang chang", "임": "lim im yim rim",
    "림": "lim rim", "한": "han", "오": "oh", "서": "seo suh", "신": "shin sin", "권": "kwon gwon", "황": "hwang",
    "안": "ahn an", "송": "song", "유": "yoo yu you ryu", "류": "ryu yoo yu", "홍": "hong",
    "전": "jeon jun chun", "고": "ko go koh", "문": "moon mun", "손": "son sohn", "양": "yang", "배": "bae pae",
    "백": "baek paik baik", "허": "heo hur huh", "남": "nam", "심": "shim sim", "노": "noh roh no", "하": "ha",
    "곽": "kwak gwak", "성": "sung seong", "차": "cha", "주": "joo ju", "우": "woo wu", "구": "koo ku gu",
    "민": "min", "나": "na ra", "진": "jin chin", "지": "ji jee", "엄": "um eom", "채": "chae", "원": "won",
    "천": "cheon chun", "방": "bang pang", "공": "kong gong", "현": "hyun hyeon", "함": "ham",
    "변": "byun byeon", "염": "yeom yum", "여": "yeo", "추": "choo chu", "도": "do doh", "소": "so",
    "석": "seok suk", "선": "sun seon", "설": "seol sul", "마": "ma", "길": "gil kil", "탁": "tak", "표": "pyo",
    "명": "myung myeong", "기": "ki gi", "반": "ban bahn", "왕": "wang", "금": "keum geum", "옥": "ok",
    "육": "yook yuk", "인": "in", "맹": "maeng", "제": "je", "모": "mo", "위": "wi", "연": "yeon youn",
    "남궁": "namgung namkung namgoong", "황보": "hwangbo hwangboh", "제갈": "jegal jekal chegal",
    "사공": "sagong sakong", "선우": "sunwoo seonwoo seonu sunwu", "서문": "seomun seomoon suhmoon",
    "독고": "dokgo dokko dokgoh", "동방": "dongbang", "망절": "mangjeol",
}  # fmt: skip
COMPOUND = tuple(name for name in _FAMILY_NAMES if len(name) == len("남궁"))
"""Family names of two syllables."""


def family_names_spelled(latin: str) -> list[str]:
    """The Hangul family names that `latin` may stand for."""
    return [name for name, spelled in _FAMILY_NAMES.items() if latin.lower() in spelled.split()]


def spelled_family_name(hangul: str) -> str:
    """A regular expression for a family name in lower-case Latin letters."""
    return _any(_FAMILY_NAMES[hangul].split()) if hangul in _FAMILY_NAMES else spelled(hangul)


def spelled(hangul: str, between: str = "") -> str:
    """A regular expression for a given name in lower-case Latin letters, `between` its syllables."""
    return between.join(_spelled_syllable(syllable) for syllable in hangul)


@cache
def _spelled_syllable(syllable: str) -> str:
    place = ord(syllable) - _FIRST
    initial, vowel, final = place // (_JUNG * _JONG), place // _JONG % _JUNG, place % _JONG
    return (
        _any(_split(_INITIALS[initial])) + _any(_split(_VOWELS[vowel])) + _any(_split(_FINALS.get(final, "")))
    )


def heard(latin: str) -> str:
    """A regular expression for the Hangul of a given name of one or two syllables, or an empty one.

    `latin` is in lower case; where it says with a hyphen or a space where the syllables part, that holds.
    """
    pieces = re.split(r"[\s-]+", latin)
    if len(pieces) == 1:
        whole = pieces[0]
        parted = [(whole[:at], whole[at:]) for at in range(1, len(whole))]
    else:
        parted = [(pieces[0], "".join(pieces[1:]))]
    pairs = ((_syllables(first), _syllables(second)) for first, second in parted)
    return _any([f"[{first}][{second}]" for first, second in pairs if first and second])


@cache
def _syllables(latin: str) -> str:
    """Every syllable that may be spelled so."""
    found = set()
    for initial, initials in enumerate(_INITIALS):
        for start in _split(initials):
            if latin.startswith(start):
                found |= {
                    (initial, *rest) for rest in _vowels_and_finals(latin[len(start) :], silent=not start)
                }
    return "".join(sorted(chr(_FIRST + (i * _JUNG + v) * _JONG + f) for i, v, f in found))


def _vowels_and_finals(latin: str, *, silent: bool) -> set[tuple[int, int]]:
    return {
        (vowel, final)
        for vowel, vowels in enumerate(_VOWELS)
        for middle in _split(vowels)
        if latin.startswith(middle) and (silent or not middle.startswith(("woo", "wu")))
        for final, finals in _FINALS.items()
        if latin[len(middle) :] in _split(finals)
    }


def _split(spellings: str) -> list[str]:
    return spellings.split() or [""]


def _any(spellings: list[str]) -> str:
    if not spellings:
        return ""
    longest_first = sorted(spellings, key=len, reverse=True)
    return longest_first[0] if len(longest_first) == 1 else f"(?:{'|'.join(longest_first)})"
