"""Forms: all faults at once, in the person's words, and nothing to retype."""

from typing import Annotated, Literal

import msgspec
import pytest
from litestar.datastructures import FormMultiDict

from viva.platform.i18n import use_locale
from viva.platform.web import FormErrors, parse_form


class Start(msgspec.Struct):
    user_name: Annotated[str, msgspec.Meta(min_length=2, max_length=10)]
    language: Literal["ko", "en"]
    years: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0
    recording: bool = False
    skills: list[str] = []
    password: str = ""


def test_a_good_form_becomes_its_struct():
    form = {
        "user_name": "  김민수 ",
        "language": "ko",
        "years": "3",
        "recording": "on",
        "skills": ["a", "", "b"],
    }
    assert parse_form(Start, form) == Start("김민수", "ko", 3, True, ["a", "b"])


def test_every_fault_is_named_in_the_persons_language_and_values_are_kept():
    form = FormMultiDict.from_form_data(
        {"user_name": "x" * 11, "language": "tlh", "years": "many", "password": "pw"}
    )
    with use_locale("ko"):
        found = parse_form(Start, form)
    assert isinstance(found, FormErrors)
    assert found.errors == {
        "user_name": "10자 이하로 입력해 주세요.",
        "language": "보기 가운데 하나를 선택해 주세요.",
        "years": "정수로 입력해 주세요.",
    }
    assert found.values == {"user_name": "x" * 11, "language": "tlh", "years": "many"}
    assert found.status == 422


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({"language": "en"}, "user_name", "This is needed."),
        ({"user_name": "   ", "language": "en"}, "user_name", "This is needed."),
        ({"user_name": "x", "language": "en"}, "user_name", "Please write at least 2 characters."),
        ({"user_name": "xx", "language": "en", "years": "-1"}, "years", "Please choose 0 or more."),
        ({"user_name": "xx", "language": "en", "years": "61"}, "years", "Please choose 60 or less."),
        ({"user_name": "xx"}, "language", "This is needed."),
    ],
)
def test_each_kind_of_fault_has_its_sentence(form, field, sentence):
    with use_locale("en"):
        found = parse_form(Start, form)
    assert isinstance(found, FormErrors)
    assert found.errors == {field: sentence} if len(found.errors) == 1 else found.errors[field] == sentence


def test_an_unticked_box_is_no():
    found = parse_form(Start, {"user_name": "xx", "language": "en"})
    assert isinstance(found, Start)
    assert found.recording is False
