"""What the server's own histograms counted between two readings of `/metrics`."""

import re

from tests.benchmarks.model import Spread

Buckets = list[tuple[float, float]]
"""`(upper edge in seconds, how many were at most that)`, cumulative, as Prometheus has them."""

LOOP_LAG = "viva_loop_lag_seconds"
FINALS_RELAYED = ("viva_caption_relay_seconds", 'kind="final"')


def buckets(metrics: str, name: str, label: str = "") -> Buckets:
    """Read one histogram's out of `/metrics`."""
    labels = f"{label}," if label else ""
    line = re.compile(rf'^{name}_bucket\{{(?:{labels})?le="([^"]+)"(?:,{label})?\}} (\S+)$', re.MULTILINE)
    return [(float(edge), float(count)) for edge, count in line.findall(metrics)]


def percentile_ms(before: Buckets, after: Buckets, share: float) -> float | None:
    """The percentile of what was observed in between, interpolated within its bucket; None of nothing."""
    before = before or [(edge, 0.0) for edge, _ in after]
    gained = [(edge, late - early) for (edge, early), (_, late) in zip(before, after, strict=True)]
    total = gained[-1][1] if gained else 0
    if not total:
        return None
    rank, lower_s, below = share * total, 0.0, 0.0
    for edge_s, count in gained:
        if count >= rank and edge_s != float("inf"):
            part = (rank - below) / (count - below) if count > below else 1.0
            return round(1000 * (lower_s + part * (edge_s - lower_s)), 3)
        lower_s, below = (edge_s, count) if edge_s != float("inf") else (lower_s, below)
    return round(1000 * lower_s, 3)


def spread_ms(before: Buckets, after: Buckets) -> Spread:
    """The three percentiles."""
    return Spread(*(percentile_ms(before, after, share) for share in (0.5, 0.95, 0.99)))
