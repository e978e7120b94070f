"""One line of the doctor's report."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """`fail`: the main job cannot run. `note`: it can, and the person may want to know."""

    level: Literal["ok", "note", "fail"]
    subject: str
    words: str
