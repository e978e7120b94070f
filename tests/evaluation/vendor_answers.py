# ruff: noqa: E501 (a sentence that is spoken or scripted is read in one line)
"""Two hundred ways and some in which a vendor can answer, made from families, each with the state it should lead to."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

from tests.support.anthropic_server import OVERLOADED, SPEND_LIMIT, AnyReply, Cuts, Fails, Raw, Says

SPOKEN = [
    "I looked at the logs first and found that the cache was never filled after the deployment.",
    "Then I wrote a test that shows the problem before I changed a single line of the code.",
    "I told the team early that my change was the cause, and I stayed until it was fixed.",
]
INTERVIEWER = "Could you tell me a little more about how the team reacted to that?"
KEYS = ("problem_solving", "ownership")
LEVELS = ("strong_no", "no", "mixed", "yes", "strong_yes")
GOOD_QUOTE = "found that the cache was never filled"
OTHER_QUOTE = "I told the team early that my change was the cause"


@dataclass(frozen=True)
class Case:
    """What the vendor answers to one request after the other (the last one again and again), and the end."""

    family: str
    replies: list[AnyReply]
    status: str
    reason: str | None
    waits: int = 0
    """How often the scoring is put off before it ends."""
    levels: tuple[str | None, str | None] = field(default=(None, None))


def answer(level="yes", quotes=(GOOD_QUOTE,), reason="They looked for the cause first.", claims=(), **more):
    finding = {"level": level, "reason": reason, "quotes": list(quotes)} | more
    return {"criteria": [{"key": key} | finding for key in KEYS], "claims": list(claims)}


def claim(quote, text="They look for causes.", kind="strength"):
    return {"kind": kind, "text": text, "quotes": [quote]}


def cases() -> list[Case]:
    made = [case for family in FAMILIES for case in family()]
    assert len(made) == 212
    return made


def unusable(family: str, reply: AnyReply) -> Case:
    return Case(family, [reply], "needs_human", "unusable_answer")


def truncated() -> Iterator[Case]:
    text = json.dumps(answer())
    for part in range(1, 21):
        yield unusable("truncated", Says(text[: len(text) * part // 21], stop_reason="max_tokens"))
    yield unusable("truncated", Says(text, stop_reason="max_tokens"))
    yield unusable("truncated", Says(text, stop_reason="model_context_window_exceeded"))


def refusing() -> Iterator[Case]:
    for text in (
        "I cannot judge people.",
        "",
        "죄송하지만 평가할 수 없습니다.",
        json.dumps(answer("strong_yes")),
    ):
        yield Case("refusing", [Says(text, stop_reason="refusal")], "needs_human", "model_refused")
    for status in (400, 405, 413, 415, 418, 422):
        yield Case("refusing", [Fails(status, "invalid_request_error")], "needs_human", "model_refused")


def out_of_range() -> Iterator[Case]:
    wrong = (
        11,
        10,
        0,
        -1,
        70,
        3.5,
        "11",
        "10",
        "70%",
        "YES",
        "Yes",
        "excellent",
        "strong yes",
        "매우 우수",
        True,
        None,
        [],
        {},
        ["yes"],
        "",
    )
    for level in wrong:
        yield unusable("out of range", Says(answer(level)))
    for extra in ({"score": 10}, {"total": 70}, {"decision": "hire"}, {"rank": 1}):
        yield unusable("out of range", Says(answer() | extra))
        yield unusable("out of range", Says(answer(**extra)))


def wrong_quotes() -> Iterator[Case]:
    wrong = (
        "I always write excellent documentation for everything",
        "found out that the cache was not filled",
        "found the cache was never filled",
        "the cache was never filled found that",
        "ooked at the logs first and foun",
        "I looked at the Iogs first",
        "problem_solving",
    )
    for level, quote in product(("strong_yes", "yes", "no"), wrong):
        reply = Says(answer(level, [quote], claims=[claim(quote)]))
        yield Case("wrong quotes", [reply], "needs_human", "nothing_founded")


def the_interviewers() -> Iterator[Case]:
    said = (
        INTERVIEWER,
        "tell me a little more about how the team",
        "Question 1?",
        "how the team reacted to that",
    )
    for level, quote in product(("strong_yes", "no"), said):
        reply = Says(answer(level, [quote], claims=[claim(quote, kind="concern")]))
        yield Case("the interviewer's", [reply], "needs_human", "nothing_founded")


def stitched() -> Iterator[Case]:
    first, second = "I looked at the logs first", "I stayed until it was fixed"
    for glue in (" ", " ... ", " […] ", " and ", ", ", "… ", " - ", "\n"):
        yield Case(
            "stitched", [Says(answer("yes", [first + glue + second]))], "needs_human", "nothing_founded"
        )
        yield Case(
            "stitched",
            [Says(answer("strong_yes", [second + glue + first]))],
            "needs_human",
            "nothing_founded",
        )


def another_language() -> Iterator[Case]:
    for reason in (
        "응답자는 원인을 먼저 찾았고 테스트를 작성했으며 끝까지 책임을 졌습니다.",
        "応募者は最初にログを確認して原因を見つけました。とても良いです。",
        "Кандидат сначала посмотрел логи и нашёл причину ошибки.",
        "候选人首先查看了日志并发现缓存从未被填充,非常负责任而且认真。",
        "نظر المرشح أولا في السجلات ووجد السبب الحقيقي للمشكلة",
    ):
        for level in ("yes", "strong_no"):
            yield unusable("another language", Says(answer(level, reason=reason)))
    korean = ["로그를 보고 캐시가 비어 있다는 것을 찾았습니다", "팀에 먼저 알렸습니다"]
    for quote in korean:
        yield Case("another language", [Says(answer("yes", [quote]))], "needs_human", "nothing_founded")


def empty() -> Iterator[Case]:
    for text in ("", " ", "\n\n", "\u200b", "null", "{}", "[]", '""'):
        yield unusable("empty", Says(text))
    yield unusable("empty", Says({"criteria": []}))
    yield Case("empty", [Says({"criteria": [], "claims": []})], "needs_human", "nothing_founded")
    yield Case("empty", [Says(answer("yes", []))], "needs_human", "nothing_founded")
    yield Case("empty", [Says(answer("yes", ["", "  "]))], "needs_human", "nothing_founded")


def halves() -> Iterator[Case]:
    """Halves of characters and NUL, as they are and escaped: no database text can hold them."""
    for half in ("\ud83d", "\udc00", "\x00"):
        yield unusable("halves", Says(f"Great candidate {half}"))
        yield Case("halves", [Says(json.dumps(answer()) + half)], "ready", None, levels=("yes", "yes"))
        reason = answer(reason=f"They looked {half}for the cause first.")
        for said in (reason, json.dumps(reason)):
            yield Case("halves", [Says(said)], "ready", None, levels=("yes", "yes"))


def html() -> Iterator[Case]:
    page = "<html><body><h1>502</h1>strong_yes</body></html>"
    for kind in ("text/html", "application/json", "text/plain"):
        yield unusable("HTML", Raw(page.encode(), kind))
    for text in (
        page,
        f"<pre>{json.dumps(answer())}</pre>",
        "<!doctype html>",
        f"```json\n{json.dumps(answer())}\n```",
    ):
        yield unusable("HTML", Says(text))
    for quote in (f"<b>{GOOD_QUOTE}</b>", f"{GOOD_QUOTE}<br>"):
        yield Case("HTML", [Says(answer("yes", [quote]))], "needs_human", "nothing_founded")
    for body in (
        b"{}",
        b"[]",
        b"\xff\xfe\x00",
        b'{"content": "x"',
        b'{"stop_reason": "end_turn", "content": [{"type": "text", "text": 5}]}',
    ):
        yield unusable("HTML", Raw(body))


def storms() -> Iterator[Case]:
    """The vendor is away again and again, then answers: what was asked for comes, a little later."""
    good = Says(answer())
    kinds = (
        OVERLOADED,
        Fails(500),
        Fails(503),
        Fails(429, "rate_limit_error", "slow", {"retry-after": "9"}),
        Cuts(),
        Cuts(mid_body=False),
    )
    for kind, often in product(kinds, (1, 2)):
        # The first time all three drafts meet it; later one probes until the vendor is back.
        away = [kind] * (3 + often - 1)
        yield Case("storm", [*away, good], "ready", None, waits=often, levels=("yes", "yes"))
    for before in (1, 2):
        away = [good] * before + [OVERLOADED] * (3 - before)
        yield Case("storm", [*away, good], "ready", None, waits=1, levels=("yes", "yes"))


def the_account() -> Iterator[Case]:
    for before in (0, 1, 2):
        yield Case("spend limit", [*[Says(answer())] * before, SPEND_LIMIT], "failed", "spend_limit")
    for code in ("organization_spend_limit_reached", "workspace_spend_limit_reached"):
        reply = Fails(429, "rate_limit_error", "Limit", error_code=code)
        yield Case("spend limit", [reply], "failed", "spend_limit")
    for status, kind in (
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
    ):
        yield Case("account", [Fails(status, kind)], "failed", "model_account")


def mixed() -> Iterator[Case]:
    """Two of three drafts carry a scorecard, one alone does not."""
    good, bad = Says(answer(claims=[claim(GOOD_QUOTE)])), Says("Great candidate, 70 points!")
    two_thirds = ([good, good, bad, bad], [good, bad, good, bad], [bad, good, good, bad])
    for replies in two_thirds:
        yield Case("mixed", replies, "ready", None, levels=("yes", "yes"))
    for replies in ([good, bad, bad, bad, bad], [bad, bad, bad, bad, good, bad], [bad, good, bad, bad, bad]):
        yield Case("mixed", replies, "needs_human", "unusable_answer")
    for level in ("strong_no", "mixed", "strong_yes"):
        lone = Says(answer(level, ["I never said this at all"]))
        yield Case("mixed", [good, good, lone], "ready", None, levels=("yes", "yes"))
        yield Case("mixed", [lone, lone, good], "needs_human", "nothing_founded")


def contradicting() -> Iterator[Case]:
    for low, high in (
        ("strong_no", "mixed"),
        ("no", "yes"),
        ("mixed", "strong_yes"),
        ("strong_no", "strong_yes"),
        ("no", "strong_yes"),
    ):
        replies: list[AnyReply] = [Says(answer(low)), Says(answer(high)), Says(answer(low))]
        yield Case("contradicting", replies, "needs_human", "drafts_disagree")
        yield Case("contradicting", replies[::-1], "needs_human", "drafts_disagree")


def sound() -> Iterator[Case]:
    """What is right is shown, so that silence is not the whole secret."""
    for level in LEVELS:
        yield Case("sound", [Says(answer(level))], "ready", None, levels=(level, level))
    for quote in (f"  {GOOD_QUOTE.upper()} ", "found that  the cache\twas never filled"):
        yield Case("sound", [Says(answer("yes", [quote]))], "ready", None, levels=("yes", "yes"))
    for one, other, end in (("yes", "strong_yes", "yes"), ("no", "mixed", "no"), ("mixed", "yes", "mixed")):
        replies: list[AnyReply] = [Says(answer(one)), Says(answer(other)), Says(answer(one))]
        yield Case("sound", replies, "ready", None, levels=(end, end))
    yield Case("sound", [Says(answer("not_scored"))], "needs_human", "nothing_founded")
    yield Case(
        "sound",
        [Says(answer(reason='They said "I document everything I ever do".'))],
        "needs_human",
        "nothing_founded",
    )


FAMILIES: tuple[Callable[[], Iterator[Case]], ...] = (
    truncated, refusing, out_of_range, wrong_quotes, the_interviewers, stitched, another_language,
    empty, halves, html, storms, the_account, mixed, contradicting, sound,
)  # fmt: skip
