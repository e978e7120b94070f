"""What may not be asked or judged in an interview: the matters, the reason for each, the groups of patterns.

The reasons follow the Korean Fair Hiring Procedure Act, art. 4-3 (looks, region of origin, marriage, wealth,
family), the Act on age discrimination in employment, the EU AI Act, art. 5(1)(f) (emotions at work), and
this house's own rule that only the content of an answer counts (C02). The patterns of each language stand in
`forbidden_ko` and `forbidden_en`.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from viva.platform.i18n import N_

Code = Literal[
    "looks", "emotion", "voice", "gaze", "manner", "family", "marriage", "pregnancy", "age", "religion",
    "origin", "wealth", "health", "military", "politics", "gender", "school", "language",
]  # fmt: skip

REASONS: dict[Code, str] = {
    "looks": N_("Looks say nothing about the work and may not be asked about or judged."),
    "emotion": N_("Emotions may not be inferred or judged in hiring."),
    "voice": N_("Voice, accent and pronunciation may not be judged; only what is said counts."),
    "gaze": N_("Eyes, face and gestures may not be judged; only what is said counts."),
    "manner": N_(
        "An impression of somebody's manner is not evidence; describe what an answer should contain."
    ),
    "family": N_("Family may not be asked about."),
    "marriage": N_("Marriage and partners may not be asked about."),
    "pregnancy": N_("Pregnancy and plans for children may not be asked about."),
    "age": N_("Age may not be asked about or judged."),
    "religion": N_("Religion may not be asked about."),
    "origin": N_("Region of origin, nationality and ethnicity may not be asked about or judged."),
    "wealth": N_("Wealth, property and housing may not be asked about."),
    "health": N_("Health and disability may not be asked about; offer adjustments to everyone instead."),
    "military": N_("Military service says nothing about this work and may not be asked about here."),
    "politics": N_("Political views and union membership may not be asked about."),
    "gender": N_("Gender and sexual orientation may not be asked about or judged."),
    "school": N_("Which school somebody went to says nothing about what they can do; ask about the work."),
    "language": N_("This is written in another language than the interview is held in."),
}

Patterns = Mapping[Code, str]

IMPRESSIONS: frozenset[Code] = frozenset({"looks", "emotion", "voice", "gaze", "manner"})
"""What a person is seen or heard to be. A criterion on it is refused whoever else the sentence speaks of."""


class Forbidden(msgspec.Struct, frozen=True, kw_only=True):
    """The patterns of one language, all of them searched for within one sentence.

    `personal`: asks about the candidate; a group `matter` holds the words to show. `topics`: the same matters
    as words, which a job can rightly be about: an interviewer of nurses asks about patients' health.
    `judged`: words of manner, looked for in criteria only, for a question may well ask about a calm sea.
    `others`: people and things that a topic may belong to. `of_others` stands directly before, and
    `as_a_subject` directly after, an impression that is a subject of work: the customer's voice, emotion
    recognition. `of_the_candidate`: whom a criterion judges.
    """

    personal: Patterns
    topics: Patterns
    judged: Patterns
    others: str
    of_others: str
    as_a_subject: str
    of_the_candidate: str
    others_excuse_questions: bool = False
    """Whether somebody else named before the matter makes it theirs, where the grammar names no person."""
