"""How long a scorecard takes from the end of an interview, with a vendor that takes two seconds to answer."""

import time

import pytest
from tests.support.anthropic_server import AnthropicServer, Says, obliging
from tests.support.candidate import eventually
from tests.support.server import serving, settings_for

ANSWER = (
    "I measured the slow query first, then I added an index and told the team what I had changed. "
    "It was number {number} of the things that I did that year."
)
QUESTIONS = [f"Tell us about problem number {number} that you solved?" for number in range(1, 11)]
VENDOR_TAKES_S = 2.0


class Vendor:
    """Answers as it is asked to, and takes its time once it is told to."""

    def __init__(self):
        self.delay_s = 0.0

    def __call__(self, request):
        return Says(obliging(request).answer, delay_s=self.delay_s)


async def ten_questions(served):
    """The id of a position that asks ten."""
    asked = [{"text": text, "competency": "problem_solving"} for text in QUESTIONS]
    criterion = {
        "key": "problem_solving",
        "title": "Problem solving",
        "description": "Finds the cause of a failure and removes it",
        "weight": 1,
        "anchors": ["Shows none", "Shows little", "Shows some", "Shows it", "Shows it in depth"],
    }
    body = {"title": "Backend", "language": "en", "questions": asked, "criteria": [criterion]}
    made = await served.http.post("/api/positions", json=body, headers=await served.admin_bearer())
    made.raise_for_status()
    return made.json()["id"]


async def results_of(served, candidate):
    answer = await served.http.get(f"{candidate.path}/results", headers=await served.admin_bearer())
    return answer.json()


async def test_a_scorecard_is_there_soon_after_the_end_of_ten_questions(
    database_url, tmp_path, capsys: pytest.CaptureFixture[str]
):
    vendor = Vendor()
    async with AnthropicServer(vendor) as server:
        settings = settings_for(database_url, tmp_path, anthropic_api_key="k", anthropic_base_url=server.url)
        async with serving(settings) as served:
            candidate = await served.new_candidate(position_id=await ten_questions(served))
            *early, last = await candidate.questions()
            for number, question in enumerate(early, start=1):
                (await candidate.type_answer(question, ANSWER.format(number=number))).raise_for_status()

            async def all_but_the_last():
                answers = (await results_of(served, candidate))["answers"]
                return sum((one["evaluation"] or {}).get("status") == "ready" for one in answers) == 9

            await eventually(all_but_the_last)
            vendor.delay_s = VENDOR_TAKES_S
            calls_before = len(server.requests)
            began = time.monotonic()
            (await candidate.type_answer(last, ANSWER.format(number=10))).raise_for_status()

            async def ready():
                return (await results_of(served, candidate))["status"] == "ready"

            await eventually(ready)
            took_s = time.monotonic() - began
            assert len(server.requests) - calls_before == 4, "the last answer, and three drafts of the whole"
    with capsys.disabled():
        print(f"\nscorecard ready {took_s:.2f} s after the end (vendor: {VENDOR_TAKES_S:.0f} s a call)")  # noqa: T201
