"""How much a sender may send: a fixed ceiling for an interview's picture, lowered while packets are lost."""

CEILING_BITS_PER_S = 1_500_000
"""640×480 at 24 to 30 pictures a second looks good at 0.8 Mbit/s; the ceiling leaves room for key frames."""
FLOOR_BITS_PER_S = 100_000
"""Sound takes about 32 kbit/s of it."""


class Bandwidth:
    """Up by 8 % in good times, down at once in bad ones, once per report."""

    def __init__(self) -> None:
        self.bits_per_s = CEILING_BITS_PER_S

    def update(self, fraction_lost: float) -> int:
        """The limit after a report period in which this fraction (0 to 1) was lost."""
        if fraction_lost > 0.10:  # as much less as did not come through
            self.bits_per_s = max(FLOOR_BITS_PER_S, int(self.bits_per_s * max(0.5, 1 - fraction_lost)))
        elif fraction_lost < 0.02:
            self.bits_per_s = min(CEILING_BITS_PER_S, int(self.bits_per_s * 1.08))
        return self.bits_per_s
