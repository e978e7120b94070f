"""Independent drafts become one scorecard, or say that they do not agree."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.evaluation.agreement import FURTHEST_APART, combined, enough, median_level, spread
from viva.evaluation.evidence import Evidence
from viva.evaluation.model import LEVELS, Claim, CriterionResult, Findings

WORDS = [
    Evidence(quote=f"quote number {n}", seq=n, start_ms=n * 1000, end_ms=n * 1000 + 900, confidence=0.9)
    for n in range(9)
]


def draft(level, quote=0, claims=(), note="not_shown"):
    result = CriterionResult(
        key="ownership",
        title="Ownership",
        level=level,
        reason=f"because {quote}" if level else "",
        evidence=(WORDS[quote],) if level else (),
        note=None if level else note,
    )
    return Findings(status="ready", method="model", criteria=(result,), claims=tuple(claims))


def claim(quote, kind="strength"):
    return Claim(kind=kind, text=f"about {quote}", evidence=(WORDS[quote],))


def together(*levels, asked=None):
    findings = combined([draft(level, n) for n, level in enumerate(levels)], asked=asked or len(levels))
    return findings, findings.criteria[0]


def test_drafts_that_agree_give_their_level_with_the_words_of_all():
    findings, result = together("yes", "yes", "yes")
    assert (findings.status, findings.drafts_asked, findings.drafts_used) == ("ready", 3, 3)
    assert (result.level, result.drafts) == ("yes", ("yes", "yes", "yes"))
    assert set(result.evidence) == set(WORDS[:3])


def test_of_neighbouring_levels_the_middle_stands_with_the_reason_of_a_draft_that_gave_it():
    _, result = together("yes", "mixed", "yes")
    assert (result.level, result.reason) == ("yes", "because 0")
    assert set(result.evidence) == {WORDS[0], WORDS[2]}, "the words of another level are not its words"


def test_of_two_middle_ones_the_lower_stands():
    assert median_level(["yes", "mixed"]) == "mixed"


def test_drafts_that_contradict_each_other_give_no_level_but_their_words():
    findings, result = together("no", "yes", "yes")
    assert (findings.status, findings.reason) == ("needs_human", "drafts_disagree")
    assert (result.level, result.reason, result.note) == (None, "", "drafts_disagree")
    assert result.drafts == ("no", "yes", "yes")
    assert result.evidence


def test_what_most_drafts_do_not_score_is_not_scored_for_their_reason():
    drafts = [draft("yes"), draft(None, note="no_evidence"), draft(None, note="no_evidence")]
    findings = combined(drafts, asked=3)
    assert (findings.criteria[0].level, findings.criteria[0].note) == (None, "no_evidence")
    assert findings.reason == "nothing_founded"


def test_a_claim_stands_that_more_than_half_of_the_drafts_make_on_the_same_words():
    drafts = [
        draft("yes", claims=[claim(0), claim(3, "concern")]),
        draft("yes", claims=[claim(0)]),
        draft("yes", claims=[claim(4), claim(0, "concern")]),
    ]
    assert [(one.text, one.drafts) for one in combined(drafts, asked=3).claims] == [("about 0", 2)]


def test_a_single_draft_is_itself():
    assert combined([draft("yes")], asked=1) == draft("yes")


@pytest.mark.parametrize(
    ("used", "asked", "is_enough"), [(1, 1, True), (1, 2, False), (2, 3, True), (1, 3, False)]
)
def test_more_than_half_is_enough(used, asked, is_enough):
    assert enough(used, asked) is is_enough


levels = st.lists(st.sampled_from([*LEVELS, None]), min_size=2, max_size=9)


@given(levels)
def test_no_level_stands_on_less_than_half_or_on_contradiction(given_levels):
    _, result = together(*given_levels)
    scored = [level for level in given_levels if level]
    stands = enough(len(scored), len(given_levels)) and spread(scored) <= FURTHEST_APART
    assert (result.level is not None) is stands
    if stands:
        assert result.level in scored
        assert result.evidence


@given(levels, st.randoms())
def test_the_order_of_the_drafts_changes_no_level(given_levels, rng):
    shuffled = list(given_levels)
    rng.shuffle(shuffled)
    assert together(*given_levels)[1].level == together(*shuffled)[1].level


def test_every_pair_of_levels_has_a_spread():
    for one, other in itertools.product(LEVELS, LEVELS):
        assert spread([one, other]) == abs(LEVELS.index(one) - LEVELS.index(other))
    assert spread([]) == 0
