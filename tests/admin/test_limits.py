"""C06, C08: the page that tells employers how it works, what was measured and what was not."""

import html
import re
from datetime import UTC, datetime

import pytest
from tests.evaluation.interviews import interview
from tests.evaluation.test_calibration import findings

from viva.evaluation import CURRENT, Wording, calibration_store, published
from viva.evaluation.repeatability import Run
from viva.platform.clock import SystemClock

PATH = "/admin/limits"
WORDS = {
    "en": {
        "not_yet": "Not measured here yet.",
        "voices": "Word errors by group of voices",
        "not": "Not measured: nothing is known here",
        "never": "a model gets no sound and no picture",
        "flips": "1 of 4",
    },
    "ko": {
        "not_yet": "이곳에서는 아직 측정하지 않았습니다.",
        "voices": "목소리 집단별 인식 오류",
        "not": "측정하지 않았습니다. 억양, 방언",
        "never": "모델에는 소리도 영상도 보내지 않습니다",
        "flips": "4개 중 1개",
    },
}


async def page(house, language="en", headers=None):
    asked = (headers or await house.admin_bearer()) | {"Accept": "text/html", "Accept-Language": language}
    answer = await house.http.get(PATH, headers=asked)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_C06_C08_the_page_prints_the_published_figures_and_says_what_was_not_measured(house, language):
    shown = await page(house, language)
    words = WORDS[language]
    assert all(words[key] in shown for key in ("voices", "not", "never"))
    finder = published().finder
    for by_method in finder.figures.values():
        for one in by_method.values():
            assert f">{one.top_1:.3f}</td>" in shown
            assert f">{one.mean_reciprocal_rank:.3f}</td>" in shown
    assert str(finder.measured_on) in shown


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_C06_no_number_stands_on_the_page_that_is_not_in_the_published_file(house, language):
    """But for the 1 of "top-1" and "1 is always first", and the version of the instructions."""
    text = re.sub(
        r"(?s)<(head|svg|nav|header class=\"top\")\b.*?</\1>|<[^>]+>", " ", await page(house, language)
    )
    text = html.unescape(text).replace(CURRENT, "")
    known = published()
    allowed = {"1"} | {
        str(number)
        for language_pairs in known.pairs.figures.values()
        for one in language_pairs.values()
        for number in (one.pairs, one.hidden, one.judgements, one.other_quotes)
    }
    for part in (known.finder, known.pairs):
        allowed |= set(re.findall(r"\d+", str(part.measured_on)))
    for by_method in known.finder.figures.values():
        for one in by_method.values():
            allowed |= {str(one.pairs), f"{one.top_1:.3f}", f"{one.mean_reciprocal_rank:.3f}"}
    allowed |= {str(count) for count in known.finder.answers.values()}
    assert set(re.findall(r"\d+(?:\.\d+)?", text)) <= allowed


async def test_C08_repeatability_is_this_installations_own_or_said_not_to_be_measured(house):
    for language in ("en", "ko"):
        assert WORDS[language]["not_yet"] in await page(house, language)
    database, clock = await house.part("database"), SystemClock()
    talk = await interview(database, clock, completed=True)
    async with database.uow() as work:
        series = await calibration_store.add(
            work.db, [Wording(CURRENT, "claude-own")], [talk.session_id], runs=4, drafts=1, created_by=None
        )
        for number, level in enumerate(("yes", "yes", "mixed", "yes"), start=1):
            run = Run(
                session_id=talk.session_id,
                variant=0,
                run=number,
                findings=findings(care=level),
                tokens=10,
                cost_microusd=None,
            )
            now = datetime.now(UTC)
            await calibration_store.add_run(work.db, series, run, started_at=now, finished_at=now)
    assert WORDS["en"]["not_yet"] in await page(house), "a series that goes on is no result"
    async with database.uow() as work:
        await calibration_store.finish(work.db, series, datetime.now(UTC), None)
    for language in ("en", "ko"):
        shown = await page(house, language)
        assert WORDS[language]["not_yet"] not in shown
        assert WORDS[language]["flips"] in shown
        assert "25.0 %" in shown
        assert "claude-own" in shown
        assert "Jane Okafor" not in shown, "nobody is named"


async def test_C06_every_person_of_the_hiring_side_finds_the_page_and_nobody_else_does(house):
    async with (await house.part("database")).uow() as work:
        await (await house.part("auth")).create_user(
            work, "r@limits.test", "battery staple horse", "reviewer"
        )
    reviewer = await house.bearer("r@limits.test", "battery staple horse")
    shown = await page(house, headers=reviewer)
    assert f'href="{PATH}" aria-current="page"' in shown
    interviews = await house.http.get("/admin/sessions", headers=reviewer | {"Accept": "text/html"})
    assert f'href="{PATH}"' in interviews.text
    assert (await house.http.get(PATH)).status_code in {302, 303, 401}
