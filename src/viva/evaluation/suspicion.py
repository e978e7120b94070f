"""Speech that speaks to the judge instead of the interviewer. Pure.

Two nets of different width. What is surely an attempt to steer the judge takes all levels away and a person
is told, with the sentence. What merely asks for a mark or a decision stays unpunished, but is never evidence:
so a model that does what it hears cannot rest a level on the very words that told it to. Patterns are never
complete; the rest of the defence is elsewhere (data apart from instructions, strict answers, quotes looked
up, a person decides).
"""

import re
from collections.abc import Iterable, Iterator

from viva.evaluation.suspicion_patterns import FLAGGED, INFORMS, PLEADING, REPORTED, TOLD, TRIGGER

SHOWN_MAX = 5
_LONGEST = 300
"""Characters: without full stops there is no single sentence, and this bounds what a pattern may cost."""
_SENTENCE_END = re.compile(
    r"(?<=[.!?…。])[\"'”’)]*\s+|\n+"
    r"|(?<=니다|세요|어요|아요|해요|네요|든요|시오|에요|예요)\s+(?!라고|라는|하고|라며)"
)
_CUT = "x "
"""Before what begins in the middle of a sentence: an order begins at the beginning of one."""

Span = tuple[int, int]


def addresses_the_judge(texts: Iterable[str]) -> bool:
    """Whether something in what a candidate said, wrote or had put in reads like an instruction to whoever
    scores.
    """
    return any(_steers(sentence) for text in texts for sentence in _sentences(text))


def telling(texts: Iterable[str]) -> tuple[str, ...]:
    """The sentences that do, as they were said, for a person to judge; a few of them."""
    found = dict.fromkeys(
        one.removeprefix(_CUT) for text in texts for one in _sentences(text) if _steers(one)
    )
    return tuple(found)[:SHOWN_MAX]


def closed(text: str) -> tuple[Span, ...]:
    """Where `text` asks for a mark or a decision or speaks to the judge: no quote that touches it counts."""
    spans = zip(_spans(text), _sentences(text), strict=True)
    return tuple(span for span, sentence in spans if _steers(sentence) or _pleads(sentence))


def _steers(sentence: str) -> bool:
    if not TRIGGER.search(sentence):
        return False
    found = (match for pattern in FLAGGED for match in pattern.finditer(sentence))
    return any(not _is_told(sentence, match) for match in found)


def _is_told(sentence: str, match: re.Match[str]) -> bool:
    """Whether somebody else gave the order, or only words are asked for."""
    return bool(REPORTED.search(sentence[: match.start()]) or INFORMS.search(match[0]))


def _pleads(sentence: str) -> bool:
    if TOLD.search(sentence):
        return False
    return any(all(part.search(sentence) for part in parts) for parts in PLEADING)


def _sentences(text: str) -> Iterator[str]:
    """The text of each span, marked where it is cut out of the middle of a sentence."""
    before = 0
    for start, end in _spans(text):
        yield text[start:end] if start >= before else _CUT + text[start:end]
        before = end


def _spans(text: str) -> Iterator[Span]:
    """Sentence by sentence; what has no full stops in windows that overlap by half."""
    start = 0
    ends = [match.span() for match in _SENTENCE_END.finditer(text)]
    for end, following in [*ends, (len(text), len(text))]:
        if end - start <= _LONGEST:
            yield start, end
        else:
            half = _LONGEST // 2
            yield from ((at, min(end, at + _LONGEST)) for at in range(start, end - half, half))
        start = following
