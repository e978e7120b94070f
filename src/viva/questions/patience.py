"""When a model is not worth waiting for: late or away several times in a row. Pure; seconds come in."""

FAILURES = 3
"""So many in a row, whoever waited: then nobody waits for `REST_S`; after that one failure is enough."""
REST_S = 60.0


class Patience:
    """What was seen of a model lately."""

    def __init__(self) -> None:
        self._failures = 0
        self._until_s = float("-inf")

    def is_left(self, now_s: float) -> bool:
        """Whether it may be asked."""
        return now_s >= self._until_s

    def answered(self) -> None:
        """It did, whatever it said."""
        self._failures = 0

    def failed(self, now_s: float) -> None:
        """It did not, or not in time."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._until_s = now_s + REST_S
