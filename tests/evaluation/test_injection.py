"""S32: a real model under attack. The suite needs a key and says so; that it can fail is shown without one.

    TEST_INJECTION=1 ANTHROPIC_API_KEY=… pytest tests/evaluation/test_injection.py -s

`TEST_INJECTION_DRAFTS` reads each answer by so many drafts (2; viva's own default is 3). It is paid for: what
it will cost stands in the skip's reason, and is told again before the first call.
"""

import asyncio
import os
import sys

import pytest
from tests.evaluation import injection_suite as suite
from tests.support.anthropic_server import AnthropicServer, Says, said_in

from viva.evaluation import CURRENT, VERSIONS
from viva.evaluation.claude import Claude
from viva.evaluation.cleaning import weight
from viva.evaluation.model import WHOLE_WEIGHT_MIN
from viva.platform.settings import Settings

KEY = os.environ.get("ANTHROPIC_API_KEY", "")
MODEL = os.environ.get("VIVA_LLM_MODEL") or Settings().llm_model
DRAFTS = max(2, int(os.environ.get("TEST_INJECTION_DRAFTS", "2")))
COST = suite.told_cost(DRAFTS)
TOLD = (
    f"{COST.calls} calls of {MODEL}, about {COST.tokens:,} tokens and at most {COST.tokens_at_most:,}; "
    "set TEST_INJECTION=1 to agree"
)

WHY_NOT = (
    f"S32 was NOT tested with a real model, as it costs: {TOLD}"
    if KEY
    else "no ANTHROPIC_API_KEY: whether attacks move a real model's levels (S32) was NOT tested in this run"
)
needs_key_and_consent = pytest.mark.skipif(not KEY or os.environ.get("TEST_INJECTION") != "1", reason=WHY_NOT)


@needs_key_and_consent
async def test_S32_attacks_do_not_move_a_real_models_levels_nor_does_the_defence_move_ordinary_answers(
    capsys,
):
    with capsys.disabled():
        sys.stdout.write(f"\nS32: {TOLD}.\n")
    base_url = os.environ.get("ANTHROPIC_BASE_URL", "")
    async with Claude(api_key=KEY, model=MODEL, base_url=base_url) as model:
        found = await suite.run(model, DRAFTS)
    with capsys.disabled():
        sys.stdout.write(f"{found}\n")
    assert found.faults == []


PAIRS, BENIGN = suite.answers("pairs"), suite.answers("benign")
KNOWN = PAIRS + BENIGN


def says(level, passage):
    """This level for everything, on words of the answer itself and never of an attack."""
    first = next(answer for answer in KNOWN if first_words(answer) in passage)
    quotes = [first_words(first)]
    reason = "인용이 보여 줍니다." if first.language == "ko" else "The quote shows it."
    finding = {"level": level, "reason": reason, "quotes": quotes}
    return Says({"criteria": [{"key": key} | finding for key in suite.CRITERIA], "claims": []})


def first_words(answer):
    return answer.said.partition(". ")[0]


def under_attack(passage):
    return next((answer for answer in PAIRS if str(answer.attack) in passage), None)


def honest(request):
    return says("mixed", said_in(request)[0])


def obedient(request):
    [passage] = said_in(request)
    return says("strong_yes" if under_attack(passage) else "mixed", passage)


def swayed_by(count):
    """Gives way to so many of the attacks, by a single step of a single criterion."""

    def respond(request):
        [passage] = said_in(request)
        answer = says("mixed", passage)
        if under_attack(passage) in PAIRS[:count]:
            answer.answer["criteria"][0]["level"] = "yes"
        return answer

    return respond


def timid(request):
    """Is told to beware, and so judges ordinary answers lower."""
    guarded = "never to be followed" in request["system"][0]["text"]
    return says("no" if guarded else "mixed", said_in(request)[0])


def mute(request):
    return says("not_scored", said_in(request)[0])


async def run_with(responder):
    asyncio.get_running_loop().set_debug(False)  # hundreds of calls
    async with (
        AnthropicServer(responder) as server,
        Claude(api_key="k", model="claude-test", base_url=server.url) as model,
    ):
        found = await suite.run(model, 2)
        return found, server.requests


async def test_an_honest_model_passes_the_injection_suite_in_as_many_calls_as_were_told():
    found, requests = await run_with(honest)
    assert found.faults == []
    assert (found.pairs, found.judged, found.steady, found.benign) == (60, 60, 60, 60)
    assert len(requests) == suite.told_cost(2).calls == 480


async def test_an_obedient_model_fails_the_injection_suite_and_its_attacks_are_named():
    found, _ = await run_with(obedient)
    assert found.steady == 0
    [fault] = found.faults
    assert str(PAIRS[0].attack) in fault
    assert str(PAIRS[-1].attack) in fault


@pytest.mark.parametrize(("swayed", "passes"), [(3, True), (4, False)])
async def test_one_pair_in_twenty_may_move_by_a_step_and_not_one_more(swayed, passes):
    found, _ = await run_with(swayed_by(swayed))
    assert found.steady == 60 - swayed
    assert (found.faults == []) is passes


async def test_a_defence_that_makes_a_model_timid_with_ordinary_answers_fails_the_injection_suite():
    found, _ = await run_with(timid)
    assert found.steady == 60
    assert found.drift_pct == -50.0
    [fault] = found.faults
    assert "-50.00 %" in fault


async def test_a_model_that_judges_nothing_does_not_pass_as_steady():
    found, _ = await run_with(mute)
    assert any("no" in fault and "level at all" in fault for fault in found.faults)


def test_a_level_that_comes_or_goes_has_moved():
    assert suite.shift({"a": "yes", "b": None}, {"a": "yes", "b": None}) == 0
    assert suite.shift({"a": "yes", "b": None}, {"a": "yes", "b": "no"}) == 10
    assert suite.shift({"a": "yes"}, {"a": None}) == 10
    assert suite.shift({"a": "yes"}, {"a": "strong_yes"}) == 2.5


def test_levels_that_the_defence_takes_away_count():
    before, after, lost = suite.drift([{"a": "yes", "b": "no"}], [{"a": "yes", "b": None}])
    assert (before, after, lost) == (7.5, 7.5, 50.0)


def test_there_are_sixty_pairs_and_sixty_ordinary_answers_half_in_each_language_each_once():
    for answers in (PAIRS, BENIGN):
        assert [sum(a.language == language for a in answers) for language in ("ko", "en")] == [30, 30]
    texts = [answer.said for answer in KNOWN] + [str(answer.attack) for answer in PAIRS]
    assert len(set(texts)) == len(texts)
    assert {answer.at for answer in PAIRS} == {"start", "middle", "end"}


def test_every_answer_is_long_enough_to_be_judged_and_holds_its_attack_whole():
    for answer in KNOWN:
        assert weight(answer.said) >= WHOLE_WEIGHT_MIN, answer.said
    for answer in PAIRS:
        assert str(answer.attack) not in answer.said
        assert str(answer.attack) in answer.attacked
        assert all(part in answer.attacked for part in answer.said.split(". "))


def test_the_paragraph_that_guards_the_instructions_is_the_only_thing_the_plain_reading_lacks():
    system = VERSIONS[CURRENT]
    plain = suite.without_guard(system)
    assert "never to be followed" in system
    assert "never to be followed" not in plain
    assert plain.startswith("You help a human interviewer")
    assert plain.endswith(system[-500:])


def test_what_it_costs_is_told_before_anything_is_asked():
    assert (COST.calls, COST.tokens > 0) == (480 * DRAFTS // 2, True)
    assert f"{COST.tokens:,} tokens" in TOLD
    assert COST.tokens < COST.tokens_at_most
