"""What is counted, for Prometheus, in a registry of our own. Labels never carry ids, names or addresses."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")
"""Without its charset, which Litestar adds."""
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """One registry per application, so that two in one process (tests, benchmarks) do not share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Histogram(
            "viva_http_request_seconds",
            "Time from a request to its last byte.",
            ("method", "route", "status"),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )

    def observe_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the template, never the path."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def counter(self, name: str, meaning: str, labels: tuple[str, ...] = ()) -> Counter:
        """A new counter; `name` without `viva_` and `_total`."""
        return Counter(f"viva_{name}", meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str, labels: tuple[str, ...] = ()) -> Gauge:
        """A new gauge; `name` without `viva_`."""
        return Gauge(f"viva_{name}", meaning, labels, registry=self.registry)

    def histogram(
        self, name: str, meaning: str, labels: tuple[str, ...] = (), buckets: tuple[float, ...] = _BUCKETS_S
    ) -> Histogram:
        """A new histogram; `name` without `viva_`, its unit last (`_seconds`)."""
        return Histogram(f"viva_{name}", meaning, labels, buckets=buckets, registry=self.registry)

    def show(self, *collectors: Collector) -> None:
        """Render these too, which a module counts in for the whole process."""
        for collector in collectors:
            self.registry.register(collector)

    def render(self) -> bytes:
        """Everything as Prometheus text."""
        return generate_latest(self.registry)
