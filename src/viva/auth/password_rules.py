"""Which passwords are taken (S16): length is asked for, composition is not, what is guessed first is refused.

Of the lists of most common passwords nearly everything has fewer than twelve characters and falls to the
length alone. The longer ones are built in few ways: a common word doubled or with digits behind it, a run
along the keyboard or the alphabet, one block repeated. So the rule takes a password apart into such pieces
and refuses it when hardly anything is left over. `common_passwords.txt` holds the 128 of twelve characters or
more, out of the 30,000 most common that the zxcvbn project counted (MIT), which the rule alone lets through.
It does not know every leaked password.
"""

import re
import unicodedata
from pathlib import Path

from viva.auth.errors import PasswordTooCommon, PasswordTooLong, PasswordTooShort

PASSWORD_MIN = 12
PASSWORD_MAX = 1024
_UNGUESSED_MIN = 5
"""Characters that have to remain once common pieces are taken out."""
_DISTINCT_MIN = 5

_WORDS = """
password passwort passw0rd contrasena motdepasse secret letmein welcome admin administrator login access
master qwerty azerty qwertz asdf zxcv iloveyou loveyou love sunshine princess dragon monkey football baseball
basketball soccer hockey superman batman spiderman pokemon starwars michael jennifer jessica jordan michelle
charlie thomas robert daniel andrew joshua ashley amanda nicole matthew anthony william hunter ranger buster
shadow trustno summer winter spring autumn january february march april june july august september october
november december monday friday sunday flower computer internet samsung google facebook youtube microsoft
apple windows linux server system default changeme change guest test testing tester demo temp temporary user
username root super manager office company business interview candidate recruit hiring reviewer viva korea
seoul hello world hello123 whatever nothing forever freedom chocolate cookie cheese pepper ginger banana
orange purple yellow silver golden diamond angel angels heaven jesus christ blessed lucky happy smile family
friend friends mother father sister brother babygirl baby mustang ferrari corvette porsche harley yankees
cowboys eagles steelers lakers liverpool arsenal chelsea barcelona madrid money dollar million killer
fuckyou fuck bitch asshole sexy pussy abcabc please enter open sesame opensesame correcthorsebatterystaple
this that your mine the and for you are with
tkfkd tkfkdgo dkssud dkssudgktpdy qlalfqjsgh rladlsgh gksrnr eogksalsrnr answp wjdqh ghkdlxld
비밀번호 안녕하세요 안녕 사랑해 사랑 대한민국 한국 서울 관리자 면접 감사합니다 행복 우리 테스트
"""
"""Common words, and Korean ones as they come out of a keyboard that was left in Latin letters."""

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ",
    "가나다라마바사아자차카타파하",
)
_RUN_MIN = 3

_LEET = str.maketrans("@4830157$!|", "aabeoistsii")
_REPEATED = re.compile(r"(.{1,8}?)\1+")


def _run_pieces() -> set[str]:
    pieces: set[str] = set()
    for run in (*_RUNS, *(run[::-1] for run in _RUNS)):
        for length in range(_RUN_MIN, len(run) + 1):
            pieces.update(run[start : start + length] for start in range(len(run) - length + 1))
    return pieces


def _alternatives(pieces: set[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(piece) for piece in sorted(pieces, key=len, reverse=True)))


_LISTED = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
_COMMON_WORD = _alternatives({word for word in _WORDS.split() if len(word) > 1})
_COMMON_RUN = _alternatives(_run_pieces())
_FILLER = re.compile(r"[\d\W_]")


def normal_password(password: str) -> str:
    """The spelling that is hashed: one for each text, however a system composes its Hangul (NFC)."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, email: str = "") -> None:
    """Refuse what S16 refuses. Raises `PasswordTooShort`, `PasswordTooLong` or `PasswordTooCommon`."""
    password = normal_password(password)
    if len(password) > PASSWORD_MAX:
        raise PasswordTooLong(maximum=PASSWORD_MAX)
    if len(password) < PASSWORD_MIN:
        raise PasswordTooShort(minimum=PASSWORD_MIN)
    if is_common(password, email=email):
        raise PasswordTooCommon


def is_common(password: str, *, email: str = "") -> bool:
    """Whether hardly anything is left of `password` once words, runs, repeats and the user's name are out."""
    lowered = password.lower()
    if lowered in _LISTED or len(set(lowered)) < _DISTINCT_MIN:
        return True
    own = {part for part in re.split(r"[^\w]+", email.lower()) if len(part) >= _RUN_MIN}
    spellings = (lowered, lowered.translate(_LEET))
    return any(_left_over(spelling, own) < _UNGUESSED_MIN for spelling in spellings)


def _left_over(text: str, own: set[str]) -> int:
    for piece in sorted(own, key=len, reverse=True):
        text = text.replace(piece, " ")
    # The repeat is kept once: "horsehorse" is worth what "horse" is.
    text = _COMMON_WORD.sub(" ", _COMMON_RUN.sub(_keep_words, text))
    text = _REPEATED.sub(r"\1", text)
    digits = len(re.findall(r"\d", text))
    # A year or a birthday behind a word adds nothing; a long number of no pattern does.
    return len(_FILLER.sub("", text)) + max(0, digits - 8)


def _keep_words(run: re.Match[str]) -> str:
    return run.group() if _COMMON_WORD.fullmatch(run.group()) else " "
