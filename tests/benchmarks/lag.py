"""The event loop's lag between two readings of the server's own histogram."""

import re

Buckets = list[tuple[float, float]]
"""`(upper edge in seconds, how many were at most that)`, cumulative, as Prometheus has them."""

_LINE = re.compile(r'^viva_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)


def lag_buckets(metrics: str) -> Buckets:
    """Read them out of `/metrics`."""
    return [(float(edge), float(count)) for edge, count in _LINE.findall(metrics)]


def lag_p99_ms(before: Buckets, after: Buckets) -> float | None:
    """The 99th percentile of what was observed in between, interpolated within its bucket."""
    gained = [(edge, late - early) for (edge, early), (_, late) in zip(before, after, strict=True)]
    total = gained[-1][1] if gained else 0
    if not total:
        return None
    rank, lower_s, below = 0.99 * total, 0.0, 0.0
    for edge_s, count in gained:
        if count >= rank and edge_s != float("inf"):
            share = (rank - below) / (count - below) if count > below else 1.0
            return round(1000 * (lower_s + share * (edge_s - lower_s)), 3)
        lower_s, below = (edge_s, count) if edge_s != float("inf") else (lower_s, below)
    return round(1000 * lower_s, 3)
