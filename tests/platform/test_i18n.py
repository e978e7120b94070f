"""The person's language, and catalogs that cannot fall behind the code."""

from pathlib import Path

import pytest

from viva.platform.i18n import (
    Catalogs,
    current_locale,
    gettext,
    negotiate,
    ngettext,
    prefer_locale,
    request_locale,
    use_locale,
)
from viva.platform.i18n_check import problems

HEAD = (
    'msgid ""\nmsgstr ""\n"Language: ko\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=1; plural=0;\\n"\n'
)


def test_the_same_text_is_said_in_both_languages():
    with use_locale("ko"):
        assert (
            gettext("It may be gone, or the address is wrong.") == "주소가 잘못되었거나 이미 삭제되었습니다."
        )
        assert ngettext("{count} second", "{count} seconds", 2).format(count=2) == "2초"
    with use_locale("en"):
        assert (
            gettext("It may be gone, or the address is wrong.") == "It may be gone, or the address is wrong."
        )
        assert ngettext("{count} second", "{count} seconds", 1) == "{count} second"


def test_an_unknown_text_is_shown_as_it_is():
    assert gettext("Nobody translated this 100%.") == "Nobody translated this 100%."


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-US,en;q=0.9", "en"),
        ("fr,en;q=0.3,ko;q=0.2", "en"),
        ("en;q=0.1,ko;q=0.9", "ko"),
        ("en;q=0", None),
        ("fr-FR,*;q=0.5", None),
        ("", None),
        (";;;q=,,en;q=x", None),
        ("en;q=9", None),
        ("q" * 100_000, None),
    ],
)
def test_the_browsers_wish_is_read_or_left_alone(header, expected):
    assert negotiate(header) == expected


def test_a_page_speaks_its_interviews_language_unless_the_person_chose():
    with request_locale("ko", chosen=False):
        prefer_locale("en")
        assert current_locale() == "en"
    with request_locale("ko", chosen=True):
        prefer_locale("en")
        assert current_locale() == "ko"
    assert current_locale() == "ko"


def test_catalogs_of_all_modules_are_merged(tmp_path):
    folder = tmp_path / "ko"
    folder.mkdir()
    for name, word in (("one", "하나"), ("two", "둘")):
        folder.joinpath(f"{name}.po").write_text(HEAD + f'\nmsgid "{name}"\nmsgstr "{word}"\n')
    korean = Catalogs(tmp_path).of("ko")
    assert (korean.gettext("one"), korean.gettext("two")) == ("하나", "둘")


@pytest.fixture
def checked(tmp_path):
    """A tiny program, checked against the catalog that is given."""
    code, templates, catalogs = (tmp_path / name for name in ("src", "templates", "ko"))
    for folder in (code, templates, catalogs):
        folder.mkdir()
    (code / "errors.py").write_text(
        'class Away(Exception):\n    code = "away"\n    message = "Away until {time}."\n\n'
        'TITLE = N_("Title")\n\ndef say(n):\n    return ngettext("{n} hour", "{n} hours", n)\n'
    )
    (templates / "page.html").write_text("<h1>{{ _('Hello') }}</h1>")

    def check(catalog: str) -> list[str]:
        (catalogs / "all.po").write_text(HEAD + catalog)
        return [
            f"{Path(problem.place).name} {problem.what}" for problem in problems(code, templates, catalogs)
        ]

    return check


GOOD = (
    '\nmsgid "Away until {time}."\nmsgstr "{time}까지 자리를 비웁니다."\n'
    '\nmsgid "Title"\nmsgstr "제목"\n\nmsgid "Hello"\nmsgstr "안녕하세요"\n'
    '\nmsgid "{n} hour"\nmsgid_plural "{n} hours"\nmsgstr[0] "{n}시간"\n'
)


def test_a_whole_catalog_has_no_problem(checked):
    assert checked(GOOD) == []


def test_a_missing_text_is_named_with_its_file_and_line(checked):
    assert checked("") == [
        "errors.py:3 no Korean for 'Away until {time}.'",
        "errors.py:5 no Korean for 'Title'",
        "errors.py:8 no Korean for '{n} hour'",
        "page.html:1 no Korean for 'Hello'",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ('msgstr "제목"', 'msgstr ""', "no Korean for 'Title'"),
        ("{time}까지", "{day}까지", "placeholders differ in the translation of 'Away until {time}.'"),
        ('msgid "Title"', '#, fuzzy\nmsgid "Title"', "doubtful (fuzzy) translation of 'Title'"),
        ('msgid "Title"', 'msgid "Old title"', "nobody uses 'Old title'"),
        ('\nmsgid "Title"\nmsgstr "제목"', '\n#~ msgid "Gone"\n#~ msgstr "없음"', "nobody uses 'Gone'"),
    ],
)
def test_a_faulty_catalog_is_refused(checked, right, wrong, expected):
    found = checked(GOOD.replace(right, wrong))
    assert any(expected in problem for problem in found), found
