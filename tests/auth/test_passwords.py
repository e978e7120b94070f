import asyncio
import unicodedata
from itertools import repeat

import pytest

from viva.auth import Passwords
from viva.auth.errors import PasswordTooCommon, PasswordTooLong, PasswordTooShort
from viva.auth.password_rules import check_password
from viva.auth.passwords import WAITING_MAX
from viva.platform.errors import Invalid, Unavailable


@pytest.mark.parametrize(
    "password",
    [
        "sandpaper volcano teacup",
        "correct horse battery staple",
        "hamster ladder cloudy",
        "tvLk9#mQzR2p",
        "jx83kd92mfpq",
        "파란 우산 고양이 열두시",
        "우리집강아지는복슬강아지",
        "nopunctuationnodigitsjusttext",
        "glühwein krähe fjord ☕",
        "x4-" * 3 + "quite a long sentence about nothing " * 28,
    ],
)
def test_S16_long_passwords_of_any_composition_are_taken(password: str) -> None:
    check_password(password, email="minji.kim@example.com")


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("", PasswordTooShort),
        ("tvLk9#mQzR2", PasswordTooShort),
        ("고양이우산", PasswordTooShort),
        ("sandpaper teacup " * 61, PasswordTooLong),
        ("password1234", PasswordTooCommon),
        ("P@ssw0rd2024!", PasswordTooCommon),
        ("Qwerty123456!", PasswordTooCommon),
        ("qwertyuiop12", PasswordTooCommon),
        ("123456789012", PasswordTooCommon),
        ("1q2w3e4r5t6y", PasswordTooCommon),
        ("1qaz2wsx3edc", PasswordTooCommon),
        ("aaaaaaaaaaaa", PasswordTooCommon),
        ("abcabcabcabc", PasswordTooCommon),
        ("passwordpassword", PasswordTooCommon),
        ("iloveyou2024", PasswordTooCommon),
        ("viva-admin-2026", PasswordTooCommon),
        ("비밀번호비밀번호1234", PasswordTooCommon),
        ("dkssudgktpdy1234", PasswordTooCommon),
        ("leavemealone", PasswordTooCommon),
        ("mailcreated5240", PasswordTooCommon),
        ("minji.kim1990", PasswordTooCommon),
        ("MinjiKim2026!", PasswordTooCommon),
    ],
)
def test_S16_short_endless_and_guessable_passwords_are_refused(password: str, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        check_password(password, email="minji.kim@example.com")


TOP_3000_OF_TWELVE_OR_MORE = (
    "123qweasdzxc 1qaz2wsx3edc q1w2e3r4t5y6 1q2w3e4r5t6y mailcreated5240 qazwsxedcrfv 123456qwerty "
    "qwerty123456 polniypizdec0211 sojdlg123aljg leavemealone 123456654321"
)
"""All of the 3,000 most common (as zxcvbn counts them) that are not too short already."""


@pytest.mark.parametrize("password", TOP_3000_OF_TWELVE_OR_MORE.split())
def test_S16_the_most_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check_password(password)


async def test_S16_passwords_are_hashed_with_argon2id_at_its_recommended_cost() -> None:
    passwords = Passwords()
    stored = await passwords.hash("sandpaper volcano teacup")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.verify("sandpaper volcano teacup", stored)
    assert not await passwords.verify("sandpaper volcano teacu", stored)


async def test_a_password_is_the_same_however_a_system_composes_its_hangul(
    cheap_passwords: Passwords,
) -> None:
    stored = await cheap_passwords.hash(unicodedata.normalize("NFC", "파란 우산 고양이 열두시"))
    assert await cheap_passwords.verify(unicodedata.normalize("NFD", "파란 우산 고양이 열두시"), stored)


async def test_S14_an_unknown_user_costs_a_verification_too(cheap_passwords: Passwords) -> None:
    assert not await cheap_passwords.verify("sandpaper volcano teacup", None)


async def test_no_more_passwords_wait_than_will_be_served_soon(
    cheap_passwords: Passwords,
) -> None:
    results = await asyncio.gather(
        *map(cheap_passwords.hash, repeat("sandpaper volcano teacup", WAITING_MAX + 10)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, Unavailable)]
    assert len(refused) == 10
    assert await cheap_passwords.hash("sandpaper volcano teacup")
