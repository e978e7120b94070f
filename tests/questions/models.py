"""Language models in memory, for tests of what is asked and of what is made of the answer."""

import asyncio
import json
from typing import Any

from viva.platform.language_model import Ask, Reply

COMPETENCIES = ("experience", "expertise", "problem_solving", "judgement", "motivation")


def drafted(language: str = "ko", **changes: Any) -> dict[str, Any]:
    """A draft as a good model writes it; `changes` go into its second question."""
    texts = {
        "ko": "{n}번째 업무에서 직접 내린 결정과 그 이유를 말씀해 주세요.",
        "en": "Tell us about decision number {n} that you made at work, and why.",
    }
    points = {"ko": ["결정의 근거를 밝힌다", "결과를 말한다"], "en": ["Gives the reason", "Gives the result"]}
    questions = [
        {
            "text": texts[language].format(n=number),
            "competency": competency,
            "what_good_shows": points[language],
            "key_terms": ["GraphQL"],
        }
        for number, competency in enumerate(COMPETENCIES, start=1)
    ]
    questions[1] |= changes
    return {"questions": questions}


class AnsweringModel:
    """Gives the same answer, or raises the same error, and remembers what it was asked."""

    name = "model-in-memory"

    def __init__(self, answer: dict[str, Any] | str | Exception) -> None:
        self.answer = answer
        self.asked: list[Ask] = []

    async def ask(self, ask: Ask) -> Reply:
        """The answer."""
        self.asked.append(ask)
        if isinstance(self.answer, Exception):
            raise self.answer
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return Reply(text=text, model=self.name, input_tokens=10, output_tokens=10)


class SilentModel:
    """Never answers."""

    name = "silent"

    async def ask(self, ask: Ask) -> Reply:
        """Waits until it is cancelled."""
        await asyncio.Event().wait()
        raise AssertionError(ask)
